import { legacyDecrypt } from './legacy.ts';

/**
 * What GLPI makes of a sealed value when its key file is missing and `security:change_key` runs: the legacy routine over
 * the ciphertext and the unescaping behind it, in each version's way (GLPIKey::decryptUsingLegacyKey of 9.5.6, 10.0.17 and
 * 11.0.6). Not every value can be computed back from that; forwards nothing is lost, so whoever knows the value from
 * before can tell for certain that this is what became of it.
 *
 * @param sealed base64, as it stood in the database
 * @returns distinct plaintexts, of which GLPI sealed one
 */
export function garbledForms(sealed: string, legacyKeys: readonly Buffer[]): Buffer[] {
  const forms = new Map<string, Buffer>();
  for (const legacyKey of legacyKeys) {
    if (legacyKey.length === 0) continue;
    const text = legacyDecrypt(sealed, legacyKey).toString('latin1');
    for (const form of [text, withoutEntities(text), withoutEscaping(text), withEntities(text)]) {
      forms.set(form, Buffer.from(form, 'latin1'));
    }
  }
  return [...forms.values()];
}

/** 9.5 (Toolbox::unclean_cross_side_scripting_deep). */
function withoutEntities(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>');
}

/** 11, and late 10.0 (Sanitizer::sanitize without SQL escaping). */
function withEntities(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** 10.0 (Sanitizer::unsanitize): HTML first, then SQL, each only where all of the text looks escaped. */
function withoutEscaping(text: string): string {
  const decoded = looksHtmlEncoded(text) ? htmlDecoded(text) : text;
  return looksSqlEscaped(decoded) ? sqlUnescaped(decoded) : decoded;
}

/** Sanitizer::isHtmlEncoded */
function looksHtmlEncoded(text: string): boolean {
  if (/[<>]|&(?!#?[a-z0-9]+;)/i.test(text)) return false;
  return /&#(?:38|60|62);|&[lg]t;/.test(text);
}

/** Sanitizer::decodeHtmlSpecialChars */
function htmlDecoded(text: string): string {
  if (!/&#(?:38|60|62);/.test(text)) return withoutEntities(text);
  return text.replaceAll('&#62;', '>').replaceAll('&#60;', '<').replaceAll('&#38;', '&');
}

/** Sanitizer::isDbEscaped: no bare quote or control character, and behind every other backslash something to escape. */
function looksSqlEscaped(text: string): boolean {
  if (['\0', '\n', '\r', '\x1a'].some((each) => text.includes(each)) || /(?:^|[^\\])['"]/.test(text)) return false;
  let escaped = false;
  for (const { 0: run, index } of text.matchAll(/\\+/g)) {
    escaped = true;
    const protects = /^(?:x00|n|r|'|"|x1a)/.test(text.slice(index + run.length)) ? 1 : 0;
    if ((run.length - protects) % 2 === 1) return false;
  }
  return escaped;
}

const UNESCAPED: ReadonlyMap<string, string> = new Map([
  ['x00', '\0'],
  ['n', '\n'],
  ['r', '\r'],
  ['x1a', '\x1a'],
]);

/** Sanitizer::dbUnescape */
function sqlUnescaped(text: string): string {
  return text.replace(/\\(x00|n|r|\\|'|"|x1a)/g, (_, name: string) => UNESCAPED.get(name) ?? name);
}
