/** One member of a JSON object, as `$.name`. */
type MemberPath = string;

/**
 * The string that a member of a JSON object holds; null where the text is no JSON object or the member no string. Of a
 * name that occurs twice the last counts, as in PHP and JavaScript.
 */
export function readMember(json: string, path: MemberPath): string | null {
  const span = findMember(json, path);
  if (span === null) return null;
  const value: unknown = JSON.parse(json.slice(span.start, span.end));
  return typeof value === 'string' ? value : null;
}

/**
 * Puts `value` in the place of a member's string and leaves every other byte as it is; null takes the member out. Slashes
 * are escaped as PHP's json_encode does, unless the string that stood there had one without. A member that is absent or
 * null is written at the end of the object, where it counts.
 *
 * @returns null where the text is no JSON object, or the member something else than a string
 */
export function replaceMember(json: string, path: MemberPath, value: string | null): string | null {
  if (!isObject(json)) return null;
  const span = findMember(json, path);
  if (span === null && !isBareMember(json, path)) return null;
  if (value === null) return span === null ? json : withoutMember(json, span);
  const old = span === null ? '' : json.slice(span.start, span.end);
  const text = JSON.stringify(value);
  const written = /(?<!\\)\//.test(old) ? text : text.replaceAll('/', '\\/');
  if (span !== null) return json.slice(0, span.start) + written + json.slice(span.end);
  const end = json.lastIndexOf('}');
  const comma = Object.keys(JSON.parse(json)).length === 0 ? '' : ',';
  return `${json.slice(0, end)}${comma}${JSON.stringify(path.slice('$.'.length))}:${written}${json.slice(end)}`;
}

/** Whether a JSON object has no such member, or one that is null. */
export function isBareMember(json: string, path: MemberPath): boolean {
  return (JSON.parse(json)[path.slice('$.'.length)] ?? null) === null;
}

/** Takes the member out with its name and the comma before it, or behind it where it is the first. */
function withoutMember(json: string, { start, end }: Span): string {
  const before = json.slice(0, start).replace(/,?\s*"(?:[^"\\]|\\.)*"\s*:\s*$/s, '');
  const isFirst = before.trimEnd().endsWith('{');
  return before + (isFirst ? json.slice(end).replace(/^\s*,/, '') : json.slice(end));
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Strings, and the marks that open, close and separate (RFC 8259, section 2); white space and scalars lie between. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;

/** Where the value of a top-level member stands, if it is a string. */
function findMember(json: string, path: MemberPath): Span | null {
  if (!isObject(json)) return null;
  const wanted = path.slice('$.'.length);
  let depth = 0;
  let name: string | null = null;
  let expectsValue = false;
  let span: Span | null = null;
  for (const match of json.matchAll(TOKEN)) {
    const [token] = match;
    if (token === '{' || token === '[') depth += 1;
    if (depth === 1 && token.startsWith('"')) {
      if (!expectsValue) name = JSON.parse(token);
      else if (name === wanted) span = { start: match.index, end: match.index + token.length };
    }
    if (depth === 1 && token === ':') {
      expectsValue = true;
      if (name === wanted) span = null;
    }
    if (depth === 1 && token === ',') expectsValue = false;
    if (token === '}' || token === ']') depth -= 1;
  }
  return span;
}

/** Whether a text is a JSON object. */
export function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
