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
  /** The uid that owns a directory; null where that is root, or nobody knows. */
  readonly directoryOwner: (path: string) => number | null;
}

/** @throws InvalidValue when no preset has this name. */
export function presetNamed(name: string): Preset {
  const found = PRESETS.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = ['auto', ...PRESETS.map((each) => each.name)];
  throw new InvalidValue('is no known preset', `one of ${names.join(', ')}`, nearestName(name, names) ?? 'auto');
}

/**
 * Finds the preset by the database variables that are set; where two images share them, or none is set, by the config
 * directory: the one that is set, or the only one that exists; and where two share that, by its owner. The official one
 * where nothing speaks for another.
 *
 * @throws InvalidValue when it could be one as well as another: the wrong one would look at a directory that is not GLPI's
 */
export function detectPreset(choice: PresetChoice): ChosenPreset {
  const { environment } = choice;
  const present = (name: string) => (environment[name] ?? '') !== '';
  const signature = SIGNATURES.find((each) => each.variables.some(present));
  const variable = signature?.variables.find(present);
  if (signature === undefined || variable === undefined) return byDirectoryAlone(choice);
  const why = `${variable} is set`;
  const fitting = signature.presets.map(presetNamed);
  const [first, ...others] = fitting;
  if (first !== undefined && others.length === 0) return { preset: first, evidence: why };
  const [only, ...more] = fitting.filter((each) => isConfigDirectory(each, choice));
  if (only !== undefined && more.length === 0) {
    return { preset: only, evidence: `${why}, and the config directory is ${only.configDir}` };
  }
  if (signature.presets.includes(OFFICIAL)) return { preset: presetNamed(OFFICIAL), evidence: why };
  throw ambiguous(`the variables of this container fit`, signature.presets);
}

/** A directory that is set may be anybody's choice: it speaks for an image only where no other one shares it. */
function byDirectoryAlone(choice: PresetChoice): ChosenPreset {
  const official = presetNamed(OFFICIAL);
  const nothing = { preset: official, evidence: "no image's database variables are set" };
  if (isConfigDirectory(official, choice)) return nothing;
  const existing = PRESETS.filter((each) => isConfigDirectory(each, choice));
  // /etc/glpi is there too where /etc/glpi/config is.
  const deepest = existing.filter(
    (each) => !existing.some((other) => other.configDir.startsWith(`${each.configDir}/`)),
  );
  const [first, ...others] = deepest;
  if (first === undefined) return nothing;
  const why = `the config directory is ${first.configDir}`;
  if (others.length === 0) return { preset: first, evidence: why };
  const owner = choice.directoryOwner(first.configDir);
  const [owned, ...more] = deepest.filter((each) => each.uid === owner && each.configDir === first.configDir);
  if (owned !== undefined && more.length === 0) return { preset: owned, evidence: `${why}, owned by ${owner}` };
  if (choice.configDir !== null) return nothing;
  throw ambiguous(
    'the directories of this container fit',
    deepest.map((each) => each.name),
  );
}

function isConfigDirectory({ configDir }: Preset, choice: PresetChoice): boolean {
  return choice.configDir === null ? choice.directoryExists(configDir) : choice.configDir === configDir;
}

function ambiguous(what: string, names: readonly string[]): InvalidValue {
  const message = `cannot be found out: ${what} ${names.join(' and ')}`;
  return new InvalidValue(message, 'the name of the one that GLPI runs as', names[0]);
}
