import type { ChosenPreset } from './choose-preset.ts';
import { PRESETS, type Preset } from './presets.ts';

/** What an engine tells about the image of GLPI's container. */
export interface ImageTraces {
  /** Name of the container. */
  readonly container: string;
  /** As it was asked for: `ghcr.io/glpi-project/glpi:11.0.6`, or a digest. */
  readonly image: string;
  /** Of the container; those of its image, and of the image that one was built on, are among them. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Label on GLPI's container that names the preset, for an image of one's own. */
export const PRESET_LABEL = 'keykeeper.preset';

/** Labels that hold an address of what an image was built from, inherited by images built on it (OCI image annotations). */
const ADDRESS_LABELS = ['org.opencontainers.image.source', 'org.opencontainers.image.url'];

/** The preset that the container's labels or the name of its image speak for; null where they speak for none. */
export function recogniseImage({ container, image, labels }: ImageTraces): ChosenPreset | null {
  const named = PRESETS.find((each) => each.name === labels[PRESET_LABEL]);
  if (named !== undefined) return { preset: named, evidence: `label ${PRESET_LABEL} of container ${container}` };
  const byName = presetOfPath(repositoryOf(image));
  if (byName !== null) return { preset: byName, evidence: `container ${container} is of image ${image}` };
  for (const label of ADDRESS_LABELS) {
    const path = pathOf(labels[label]);
    const byAddress = path === null ? null : presetOfPath(path);
    if (byAddress !== null) return { preset: byAddress, evidence: `label ${label} of container ${container}` };
  }
  return null;
}

/** `ghcr.io/glpi-project/glpi` of a name with tag or digest. */
function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}

/** A maker's image whose name speaks of GLPI (or, in an address, of the images): they publish others too. */
function presetOfPath(path: string): Preset | null {
  const [maker = '', name = ''] = path.toLowerCase().split('/').slice(-2);
  if (!/glpi|^docker-images$/.test(name)) return null;
  return PRESETS.find((each) => each.makers.includes(maker)) ?? null;
}

function pathOf(address: string | undefined): string | null {
  if (address === undefined || !URL.canParse(address)) return null;
  const [maker, name] = new URL(address).pathname.split('/').filter((each) => each !== '');
  return maker === undefined || name === undefined ? null : `${maker}/${name.replace(/\.git$/, '')}`;
}
