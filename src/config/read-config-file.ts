import type * as Yaml from 'yaml';
import { Failure, systemCode } from '../core/failure.ts';
import type { Declaration } from './declaration.ts';
import { DECLARATIONS } from './declarations.ts';
import { nearestName } from './nearest-name.ts';
import { type SettingForm, settingForms } from './setting-forms.ts';
import { type RawValue, type RawValues, type ReadFile, SETTINGS_FILE_LIMIT } from './source.ts';

/** Read when it exists and `--config` names no other. */
export const USUAL_CONFIG_FILE = '/etc/keykeeper/keykeeper.yaml';

/** The one tag that changes nothing. */
const STRING_TAG = 'tag:yaml.org,2002:str';

/** Sentences of our own for the parser's commonest codes; its own ones may quote the line, and so a secret. */
const SYNTAX: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'names a setting twice',
  TAB_AS_INDENT: 'is indented with a tab',
  BAD_INDENT: 'is indented wrongly',
  MISSING_CHAR: 'has a quote or bracket that is never closed',
  MULTILINE_IMPLICIT_KEY: 'has a line that is no "name: value"',
  MULTIPLE_DOCS: 'holds more than one document',
  BAD_ALIAS: 'uses an alias that does not exist',
  BAD_DQ_ESCAPE: 'has a wrong escape in a double-quoted text',
};

/**
 * Reads keykeeper.yaml: a flat mapping from camelCase setting names to values; lists may be sequences. The YAML parser
 * is loaded only when there is a file.
 *
 * @param path from `--config`; null: {@link USUAL_CONFIG_FILE}, if there is one
 * @throws Failure `invalid-setting` or `unknown-setting`, with line and column; never with a line's text
 */
export async function readConfigFile(path: string | null, readFile: ReadFile): Promise<RawValues> {
  const file = path ?? USUAL_CONFIG_FILE;
  const source = readSource(file, path !== null, readFile);
  if (source === null) return new Map();
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = parseYaml(yaml, source, lines, file);
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, text: `${file}:${line}:${col}` };
  };
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw syntaxFailure(problem.code, place(problem.pos[0]).text);
  const { contents } = document;
  if (contents === null || (yaml.isScalar(contents) && contents.value === null)) return new Map();
  if (!yaml.isMap(contents)) throw syntaxFailure('', place(contents.range[0]).text);
  const forms = settingForms();
  const values = new Map<string, RawValue>();
  for (const { key, value } of contents.items) {
    if (!yaml.isScalar(key)) throw syntaxFailure('', file);
    const at = place(key.range?.[0] ?? 0);
    const form = formNamed(String(key.value), forms, at.text);
    const text = textOf(yaml, value, form, at.text);
    if (text === null || text === '') continue;
    values.set(form.key, { kind: form.kind, text, origin: { source: 'file', place: `${file}:${at.line}` } });
  }
  return values;
}

/** The parser goes down one call a level: what nests thousands deep overflows its stack, and is no mapping of settings. */
function parseYaml(
  yaml: typeof Yaml,
  source: string,
  lineCounter: Yaml.LineCounter,
  file: string,
): Yaml.Document.Parsed {
  try {
    return yaml.parseDocument(source, { lineCounter, prettyErrors: false, strict: true });
  } catch (error) {
    if (error instanceof RangeError) throw syntaxFailure('', file);
    throw error;
  }
}

function readSource(file: string, named: boolean, readFile: ReadFile): string | null {
  let bytes: Buffer;
  try {
    bytes = readFile(file);
  } catch (error) {
    const code = systemCode(error);
    const absent = code === 'ENOENT' || code === 'ENOTDIR';
    if (absent && !named) return null;
    throw new Failure('invalid-setting', `cannot read the configuration file ${file} (${code ?? 'unknown error'})`, {
      target: file,
      expected: 'a YAML file that this user can read',
      try: absent ? `ls -l ${file}, or leave --config out` : `ls -l ${file}`,
      cause: error,
    });
  }
  if (bytes.length > SETTINGS_FILE_LIMIT) throw syntaxFailure('', file);
  return bytes.toString('utf8');
}

function formNamed(key: string, forms: readonly SettingForm[], place: string): SettingForm {
  const form = forms.find((each) => each.key === key);
  if (form !== undefined) return form;
  // The name of the environment variable is a likely thing to paste here.
  const meant = forms.find((each) => each.variable === key)?.key;
  const nearest =
    meant ??
    nearestName(
      key.replace(/^KEYKEEPER_/i, ''),
      forms.map((each) => each.key),
    );
  throw new Failure('unknown-setting', `${place} names a setting that does not exist: ${JSON.stringify(key)}`, {
    target: place,
    expected: 'only known settings, so that a misspelt one is noticed',
    try: nearest === null ? 'keykeeper config lists every setting' : `rename it to ${nearest}`,
  });
}

function textOf(yaml: typeof Yaml, value: unknown, form: SettingForm, place: string): string | null {
  if (value === null) return null;
  // `source` is the text as written: 0x10, 1e3 and 007 are not numbers to us.
  if (yaml.isScalar(value) && (value.tag ?? STRING_TAG) === STRING_TAG) {
    return value.value === null ? null : (value.source ?? String(value.value));
  }
  const { holds }: Declaration = DECLARATIONS[form.setting];
  if (holds === 'list' && form.kind === 'text' && yaml.isSeq(value)) {
    const items = value.items.map((each) => (yaml.isScalar(each) ? String(each.value) : null));
    if (items.every((each) => each !== null)) return items.join(',');
  }
  throw new Failure('invalid-setting', `${place}: the value of ${form.key} is not plain text`, {
    target: place,
    expected: holds === 'list' ? 'a text or a list of texts' : 'one plain text',
    try: `${form.key}: ${DECLARATIONS[form.setting].example}`,
  });
}

function syntaxFailure(code: string, place: string): Failure {
  return new Failure('invalid-setting', `${place} ${SYNTAX[code] ?? 'is not a YAML mapping of settings'}`, {
    target: place,
    expected: 'lines of the form "name: value", for one "instance: glpi"',
    try: 'keykeeper config --config FILE tells whether a file can be read',
  });
}
