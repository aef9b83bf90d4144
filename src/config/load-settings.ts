import { Failure } from '../core/failure.ts';
import { type ChosenPreset, detectPreset, type PresetChoice, presetNamed } from './choose-preset.ts';
import type { Declaration } from './declaration.ts';
import { DECLARATIONS, SETTING_NAMES, type SettingName } from './declarations.ts';
import { readEnvironmentDatabase } from './environment-database.ts';
import { InvalidValue } from './invalid-value.ts';
import { PRESETS, type Preset } from './presets.ts';
import { readConfigFile } from './read-config-file.ts';
import { readEnvironment } from './read-environment.ts';
import { readFlags } from './read-flags.ts';
import { readSecretFile } from './read-secret-file.ts';
import { recogniseImage } from './recognise-image.ts';
import { checkScheduledExport } from './schedule-setting.ts';
import { formsOf } from './setting-forms.ts';
import type { DatabaseSetting, Settings } from './settings.ts';
import {
  directoryOwner,
  isDirectory,
  type Origin,
  type RawValues,
  type ReadFile,
  readWholeFile,
  type SettingsInput,
} from './source.ts';

/** Settings, with what only showing them needs. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingName, Origin>>;
  /** Paths of the files that settings were read from, of those that came as `…_FILE`. */
  readonly valueFiles: Readonly<Partial<Record<SettingName, string>>>;
  /** The image's database variables that are missing where others of them are set. */
  readonly missingVariables: readonly string[];
}

type Output<Name extends SettingName> = ReturnType<(typeof DECLARATIONS)[Name]['read']>;

interface Given {
  readonly text: string;
  /** Path of the file that held it; null where it was given itself. */
  readonly file: string | null;
  readonly origin: Origin;
}

/**
 * Reads every setting: flags before environment before file before the image's preset before the default.
 *
 * @throws Failure `unknown-setting`, `invalid-setting`, `conflicting-setting` or `unreadable-secret-file`, naming the
 *   place and what to write there instead, never a secret
 */
export async function loadSettings(input: SettingsInput): Promise<LoadedSettings> {
  const readFile = input.readFile ?? readWholeFile;
  const sources = [
    readFlags(input.flags),
    readEnvironment(input.environment),
    await readConfigFile(input.configFile, readFile),
  ];
  const given = new Map<SettingName, Given>();
  for (const setting of SETTING_NAMES) {
    const found = firstGiven(setting, sources, readFile);
    if (found !== null) given.set(setting, found);
  }
  const { preset, evidence } = await choosePreset(given, input);
  const read = <Name extends SettingName>(name: Name) => readValue(name, given.get(name));
  const environment = readEnvironmentDatabase(preset, input.environment, readFile);
  const settings: Settings = {
    configDir: read('configDir') ?? preset.configDir,
    vault: required(read('vault')),
    preset,
    presetEvidence: evidence,
    instance: required(read('instance')),
    gate: required(read('gate')),
    database: withPassword(required(read('database')), read('databasePassword'), given.get('databasePassword')),
    environmentDatabase: environment.database,
    databaseWait: required(read('databaseWait')),
    owner: required(read('owner')),
    lock: read('lock'),
    rescue: required(read('rescue')),
    ageRecipients: read('ageRecipients') ?? [],
    ageIdentity: read('ageIdentity'),
    seed: read('seed'),
    platform: required(read('platform')),
    container: read('container'),
    pod: read('pod'),
    terminationLog: required(read('terminationLog')),
    registrationKey: read('registrationKey'),
    registrationValidate: required(read('registrationValidate')),
    registrationUrl: read('registrationUrl'),
    caFile: read('caFile'),
    varDir: read('varDir') ?? preset.varDir,
    drill: required(read('drill')),
    export: required(read('export')),
    exportTo: read('exportTo'),
    http: required(read('http')),
    httpToken: read('httpToken'),
    settle: required(read('settle')),
    interval: required(read('interval')),
    logLevel: required(read('logLevel')),
    logFormat: required(read('logFormat')),
  };
  checkScheduledExport(settings);
  const origins = originsOf(given, preset);
  const valueFiles = valueFilesOf(given);
  return Object.freeze({
    settings: Object.freeze(settings),
    origins,
    valueFiles,
    missingVariables: environment.missing,
  });
}

function valueFilesOf(given: ReadonlyMap<SettingName, Given>): LoadedSettings['valueFiles'] {
  const files = [...given].flatMap(([name, { file }]) => (file === null ? [] : [[name, file] as const]));
  return Object.freeze(Object.fromEntries(files));
}

/** The text from the first source that gives the setting, in whichever form. */
function firstGiven(setting: SettingName, sources: readonly RawValues[], readFile: ReadFile): Given | null {
  const forms = formsOf(setting);
  for (const source of sources) {
    if (source.size === 0) continue;
    const found = forms.flatMap((form) => source.get(form.key) ?? []);
    const [value, other] = found;
    if (value === undefined) continue;
    if (other !== undefined) {
      const places = `${value.origin.place} and ${other.origin.place}`;
      throw new Failure('conflicting-setting', `${places} are both set, and only one can count`, {
        target: value.origin.place,
        expected: 'the value or the file that holds it',
        try: `remove ${value.origin.place}`,
      });
    }
    const text = value.kind === 'path' ? readSecretFile(value.text, value.origin.place, readFile) : value.text;
    return { text, file: value.kind === 'path' ? value.text : null, origin: value.origin };
  }
  return null;
}

async function choosePreset(given: ReadonlyMap<SettingName, Given>, input: SettingsInput): Promise<ChosenPreset> {
  const asked = given.get('preset');
  try {
    if (asked !== undefined && asked.text !== 'auto') {
      return { preset: presetNamed(asked.text), evidence: `${asked.origin.place} names it` };
    }
    return (await recognisePreset(given, input)) ?? detectPreset(choiceOf(given, input));
  } catch (error) {
    if (error instanceof InvalidValue) throw invalidSetting('preset', asked?.origin, error);
    throw error;
  }
}

/** By the image of GLPI's container, where somebody can be asked about it. */
async function recognisePreset(given: ReadonlyMap<SettingName, Given>, input: SettingsInput) {
  const { configDir, directoryExists } = choiceOf(given, input);
  const known = PRESETS.map((each) => each.configDir).filter((path) => directoryExists(path));
  const traces = await input.lookAtImage?.({
    platform: required(readValue('platform', given.get('platform'))),
    instance: required(readValue('instance', given.get('instance'))),
    container: readValue('container', given.get('container')),
    directories: configDir === null ? [...new Set(known)] : [configDir],
  });
  return traces === undefined || traces === null ? null : recogniseImage(traces);
}

function choiceOf(given: ReadonlyMap<SettingName, Given>, input: SettingsInput): PresetChoice {
  return {
    environment: input.environment,
    configDir: given.get('configDir')?.text ?? null,
    directoryExists: input.directoryExists ?? isDirectory,
    directoryOwner: input.directoryOwner ?? directoryOwner,
  };
}

function readValue<Name extends SettingName>(name: Name, given: Given | undefined): Output<Name> | null {
  const { read, fallback }: Declaration = DECLARATIONS[name];
  const text = given?.text ?? fallback;
  if (text === null) return null;
  try {
    // The declaration's own reader made the value: its type is the one looked up by the same name.
    return read(text) as Output<Name>;
  } catch (error) {
    if (error instanceof InvalidValue) throw invalidSetting(name, given?.origin, error);
    throw error;
  }
}

function invalidSetting(name: SettingName, origin: Origin | undefined, problem: InvalidValue): Failure {
  const { read, example, fallback, holds }: Declaration = DECLARATIONS[name];
  const [own, file] = formsOf(name);
  const place = origin?.place ?? own?.variable ?? name;
  const value = problem.instead ?? (read.words === undefined ? null : fallback) ?? example;
  // A secret's example is the path of a file that holds one.
  const variable = holds === 'secret' && problem.instead === undefined ? file?.variable : own?.variable;
  return new Failure('invalid-setting', `${place} ${problem.message}`, {
    target: place,
    expected: problem.expected,
    try: origin?.source === 'file' ? `${own?.key}: ${value}` : `${variable}=${value}`,
  });
}

function withPassword(
  database: DatabaseSetting,
  password: Output<'databasePassword'> | null,
  given: Given | undefined,
): DatabaseSetting {
  if (database.kind === 'url') return Object.freeze({ ...database, password });
  if (given === undefined) return Object.freeze(database);
  throw new Failure('conflicting-setting', `${given.origin.place} is set, but the database is ${database.kind}`, {
    target: given.origin.place,
    expected: 'a database URL that the password belongs to',
    try: 'KEYKEEPER_DATABASE=mysql://user@host:port/name, or remove the password',
  });
}

function originsOf(given: ReadonlyMap<SettingName, Given>, preset: Preset): Readonly<Record<SettingName, Origin>> {
  const origins = SETTING_NAMES.map((name): [SettingName, Origin] => {
    const found = given.get(name)?.origin;
    if (found !== undefined) return [name, found];
    if (name === 'configDir' || name === 'varDir') return [name, { source: 'preset', place: preset.name }];
    return [name, { source: 'default', place: '' }];
  });
  return Object.freeze(Object.fromEntries(origins) as Record<SettingName, Origin>);
}

/** A setting whose declaration has a default always has a value. */
function required<T>(value: T | null): T {
  if (value === null) throw new Failure('invalid-setting', 'a setting has neither a value nor a default');
  return value;
}
