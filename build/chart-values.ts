import { parse } from 'yaml';

/** One documented value of the chart. */
export interface ChartValue {
  /** `vault.claim.size`. */
  readonly path: string;
  /** As YAML that fits into one line. */
  readonly fallback: string;
  readonly description: string;
}

const COMMENT = /^ *# -- (?<text>.+)$/;
const MEMBER = /^(?<indent> *)(?<name>[A-Za-z]+):/;

/**
 * The values of a values.yaml that a comment `# -- …` describes, in their order. A value without one above it is a heading
 * of those below it, or part of a described one.
 */
export function readChartValues(source: string): ChartValue[] {
  const defaults: unknown = parse(source);
  const found: ChartValue[] = [];
  const parents: string[] = [];
  let description: string | null = null;
  for (const line of source.split('\n')) {
    const text = COMMENT.exec(line)?.groups?.text;
    if (text !== undefined) description = text;
    const { indent, name } = MEMBER.exec(line)?.groups ?? {};
    if (indent === undefined || name === undefined) continue;
    parents.length = indent.length / 2;
    parents.push(name);
    if (description === null) continue;
    found.push({ path: parents.join('.'), fallback: JSON.stringify(valueAt(defaults, parents)), description });
    description = null;
  }
  return found;
}

function valueAt(values: unknown, path: readonly string[]): unknown {
  let at = values;
  for (const name of path) at = (at as Readonly<Record<string, unknown>>)[name];
  return at;
}
