import { legacyDecrypt } from '../../../src/glpi/legacy.ts';

/**
 * What each GLPI makes of a value when its key file is missing: the legacy routine and the unescaping behind it, written
 * for being obvious (Toolbox and GLPIKey of 9.5.6, Sanitizer of 10.0.17, GLPIKey of 11.0.6).
 */
export function garbleAs(version: '9.5.6' | '10.0.17' | '11.0.6', value: string, legacyKey: Buffer): Buffer {
  const result = legacyDecrypt(value, legacyKey).toString('latin1');
  return Buffer.from(finishAs(version, result), 'latin1');
}

function finishAs(version: '9.5.6' | '10.0.17' | '11.0.6', text: string): string {
  switch (version) {
    case '9.5.6':
      return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>');
    case '10.0.17':
      return unsanitized(text);
    case '11.0.6':
      return text.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  }
}

function unsanitized(text: string): string {
  const decoded = looksHtmlEncoded(text) ? htmlDecoded(text) : text;
  return looksSqlEscaped(decoded) ? sqlUnescaped(decoded) : decoded;
}

function looksHtmlEncoded(text: string): boolean {
  return !/<|>|&(?!#?[a-z0-9]+;)/i.test(text) && /&#38;|&#60;|&#62;|&lt;|&gt;/.test(text);
}

function htmlDecoded(text: string): string {
  if (!/&#(38|60|62);/.test(text)) return text.replaceAll('&gt;', '>').replaceAll('&lt;', '<');
  return text.replaceAll('&#62;', '>').replaceAll('&#60;', '<').replaceAll('&#38;', '&');
}

function looksSqlEscaped(text: string): boolean {
  if (['\0', '\n', '\r', '\x1a'].some((each) => text.includes(each))) return false;
  if (/(^|[^\\])['"]/.test(text)) return false;
  let escaped = false;
  for (const match of text.matchAll(/\\+/g)) {
    escaped = true;
    const behind = text.slice(match.index + match[0].length);
    const protects = /^(x00|n|r|'|"|x1a)/.test(behind) ? 1 : 0;
    if ((match[0].length - protects) % 2 === 1) return false;
  }
  return escaped;
}

function sqlUnescaped(text: string): string {
  const plain: Record<string, string> = { x00: '\0', n: '\n', r: '\r', '\\': '\\', "'": "'", '"': '"', x1a: '\x1a' };
  return text.replace(/\\(x00|n|r|\\|'|"|x1a)/g, (whole, name: string) => plain[name] ?? whole);
}
