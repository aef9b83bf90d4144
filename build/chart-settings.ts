import type { Declaration } from '../src/config/declaration.ts';
import { DECLARATIONS, SETTING_NAMES, type SettingName } from '../src/config/declarations.ts';
import { PRESETS } from '../src/config/presets.ts';

const DURATION = '^[0-9]{1,12}(ms|s|m|h|d)$';
const SCHEDULE = '^(off|[0-9]{1,12}(ms|s|m|h|d))$';
const PATH = '^/';

/**
 * What every good value of a setting matches. Coarser than the readers of src/config, which have the last word; near enough
 * for Helm to refuse what is misspelt before anything is installed.
 */
const PATTERNS: Partial<Record<SettingName, string>> = {
  configDir: PATH,
  vault: '^(file|kubernetes):/',
  preset: `^(auto|${PRESETS.map((each) => each.name).join('|')})$`,
  instance: '^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$',
  database: '^(auto|none|mysql://.+)$',
  databaseWait: DURATION,
  owner: '^(auto|[0-9]+:[0-9]+)$',
  registrationUrl: '^https?://',
  caFile: PATH,
  varDir: PATH,
  drill: SCHEDULE,
  export: SCHEDULE,
  exportTo: PATH,
  terminationLog: PATH,
  http: '^(off|.*:[0-9]{1,5})$',
  settle: DURATION,
  interval: DURATION,
};

/** The values under `settings` in the chart: names and forms of keykeeper.yaml. */
export function settingsSchema(): object {
  const properties = SETTING_NAMES.flatMap((name) => {
    const { summary, holds }: Declaration = DECLARATIONS[name];
    const file = [`${name}File`, { type: 'string', pattern: PATH, description: `file with: ${summary}` }] as const;
    if (holds === 'secret') return [file];
    const own = [name, { ...formOf(name), description: summary }] as const;
    return holds === 'list' ? [own, file] : [own];
  });
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) };
}

/** Names of the settings that come out of a Secret: those that hold one, and lists. */
export function secretSettings(): SettingName[] {
  return SETTING_NAMES.filter((name) => DECLARATIONS[name].holds !== 'plain');
}

/** The pattern of a setting's text, or null where its reader alone knows. */
export function patternOf(name: SettingName): string | null {
  return PATTERNS[name] ?? null;
}

/** The words that a setting may be, or null where it is no choice of words. */
export function wordsOf(name: SettingName): readonly string[] | null {
  const { read }: Declaration = DECLARATIONS[name];
  return read.words ?? null;
}

/** YAML reads a bare on or off as true or false: where one of them is a good value, so is that. */
function formOf(name: SettingName): object {
  const { holds, fallback }: Declaration = DECLARATIONS[name];
  const words = wordsOf(name);
  if (words !== null) return { enum: words.some((each) => each === 'off') ? [...words, true, false] : words };
  if (holds === 'list') return { type: ['string', 'array'], items: { type: 'string' } };
  const pattern = patternOf(name);
  const text = { type: 'string', minLength: 1, ...(pattern === null ? {} : { pattern }) };
  const offIsGood = pattern?.startsWith('^(off|') === true || fallback === 'off';
  return offIsGood ? { anyOf: [{ const: false }, text] } : text;
}
