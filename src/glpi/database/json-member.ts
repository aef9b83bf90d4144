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
 * Puts `value` in the place of a member's string and leaves every other byte as it is. Slashes are escaped as PHP's
 * json_encode does, unless the string that stood there had one without.
 *
 * @returns null where there is no such member
 */
export function replaceMember(json: string, path: MemberPath, value: string): string | null {
  const span = findMember(json, path);
  if (span === null) return null;
  const old = json.slice(span.start, span.end);
  const plainSlashes = /(?<!\\)\//.test(old);
  const text = JSON.stringify(value);
  return json.slice(0, span.start) + (plainSlashes ? text : text.replaceAll('/', '\\/')) + json.slice(span.end);
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

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
