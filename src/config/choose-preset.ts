import { InvalidValue } from './invalid-value.ts';
import { nearestName } from './nearest-name.ts';
import { OFFICIAL, PRESETS, type Preset } from './presets.ts';
import type { Environment } from './source.ts';

/** Presets that `auto` may find, by a variable that the image cannot do without; the first signature that fits counts. */
const SIGNATURES: readonly { readonly variables: readonly string[]; readonly presets: readonly string[] }[] = [
  { variables: ['GLPI_DB_USER_NAME', 'GLPI_DB_USER_PASSWORD'], presets: ['trikorasolns'] },
  // The official image knows no …_FILE, but who runs it may still hand its password to Keykeeper in a file.
  { variables: ['GLPI_DB_PASSWORD_FILE', 'GLPI_DB_USER_FILE'], presets: [OFFICIAL, 'netresearch'] },
  { variables: ['GLPI_DB_HOST'], presets: [OFFICIAL] },
  { variables: ['MARIADB_HOST'], presets: ['fametec', 'eftechcombr'] },
  { variables: ['MYSQL_HOST'], presets: ['jr0w3'] },
];

/** A preset with what speaks for it, for a person. */
export interface ChosenPreset {
  readonly preset: Preset;
  /** "GLPI_DB_HOST is set", "no image's variables are set", … */
  readonly evidence: string;
}

export interface PresetChoice {
  readonly environment: Environment;
  /** `KEYKEEPER_CONFIG_DIR` where it is set: tells presets apart that share their variables. */
  readonly configDir: string | null;
  readonly directoryExists: (path: string) => boolean;
}

/** @throws InvalidValue when no preset has this name. */
export function presetNamed(name: string): Preset {
  const found = PRESETS.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = ['auto', ...PRESETS.map((each) => each.name)];
  throw new InvalidValue('is no known preset', `one of ${names.join(', ')}`, nearestName(name, names) ?? 'auto');
}

/**
 * Finds the preset by the database variables that are set, and the official one where none is. Where two images share
 * their variables, the config directory tells them apart: the one that is set, or the only one that exists.
 *
 * @throws InvalidValue when it could be one as well as another: the wrong one would look at a directory that is not GLPI's
 */
export function detectPreset({ environment, configDir, directoryExists }: PresetChoice): ChosenPreset {
  const present = (name: string) => (environment[name] ?? '') !== '';
  const signature = SIGNATURES.find((each) => each.variables.some(present));
  const names = signature?.presets ?? [OFFICIAL];
  const variable = signature?.variables.find(present);
  const why = variable === undefined ? "no image's database variables are set" : `${variable} is set`;
  const fitting = names.map(presetNamed);
  const [first, ...others] = fitting;
  if (first !== undefined && others.length === 0) return { preset: first, evidence: why };
  const byDirectory = fitting.filter((each) =>
    configDir === null ? directoryExists(each.configDir) : each.configDir === configDir,
  );
  const [only, ...more] = byDirectory;
  if (only !== undefined && more.length === 0) {
    return { preset: only, evidence: `${why}, and the config directory is ${only.configDir}` };
  }
  if (names.includes(OFFICIAL)) return { preset: presetNamed(OFFICIAL), evidence: why };
  throw new InvalidValue(
    `cannot be found out: the variables of this container fit ${names.join(' and ')}`,
    'the name of the one that GLPI runs as',
    names[0],
  );
}
