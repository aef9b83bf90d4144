import type { Declaration } from './declaration.ts';
import { DECLARATIONS, SETTING_NAMES, type SettingName } from './declarations.ts';

/** A setting, or the form of it that names a file with the value. */
export interface SettingForm {
  readonly setting: SettingName;
  readonly kind: 'text' | 'path';
  /** As in keykeeper.yaml and among the flags: `ageIdentityFile`. */
  readonly key: string;
  /** `KEYKEEPER_AGE_IDENTITY_FILE`. */
  readonly variable: string;
  /** `--age-identity-file`; null where a secret would be seen in the list of processes. */
  readonly flag: string | null;
}

/** Flags, environment and file ask for all of them, each setting for its own: a start makes them once. */
let known: ReadonlyMap<SettingName, readonly SettingForm[]> | undefined;

function knownForms(): ReadonlyMap<SettingName, readonly SettingForm[]> {
  known ??= new Map(SETTING_NAMES.map((setting) => [setting, makeForms(setting)]));
  return known;
}

/** Every form in which a setting can be given, in the order of the documentation. */
export function settingForms(): SettingForm[] {
  return [...knownForms().values()].flat();
}

/** The forms of one setting: its own, and the one that names a file where there is one. */
export function formsOf(setting: SettingName): readonly SettingForm[] {
  return knownForms().get(setting) ?? [];
}

function makeForms(setting: SettingName): SettingForm[] {
  const { holds }: Declaration = DECLARATIONS[setting];
  const own = formOf(setting, 'text', setting, holds !== 'secret');
  if (holds === 'plain') return [own];
  return [own, formOf(setting, 'path', `${setting}File`, true)];
}

/** `KEYKEEPER_CONFIG_DIR` for `configDir`. */
export function variableOf(key: string): string {
  return `KEYKEEPER_${words(key, '_').toUpperCase()}`;
}

/** `--config-dir` for `configDir`. */
export function flagOf(key: string): string {
  return `--${words(key, '-')}`;
}

function formOf(setting: SettingName, kind: SettingForm['kind'], key: string, onCommandLine: boolean): SettingForm {
  return { setting, kind, key, variable: variableOf(key), flag: onCommandLine ? flagOf(key) : null };
}

function words(key: string, joint: string): string {
  return key.replace(/[A-Z]/g, (letter) => `${joint}${letter.toLowerCase()}`);
}
