import { decodeBase64AsPhp, SEALED_MINIMUM_BYTES } from './sealed-value.ts';

/** The key of GLPI before 9.5 where there is no `glpi.key` (GLPI's constant GLPIKEY), in UTF-8. */
export const LEGACY_CONSTANT = Buffer.from("GLPI£i'snarss'ç", 'utf8');

const AMPERSAND = 0x26;
const BACKSLASH = 0x5c;

/** What 10.0 writes for bytes that it escapes for SQL (Sanitizer::dbUnescape undoes exactly these). */
const SQL_ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x00, '\\x00'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x1a, '\\x1a'],
  [0x22, '\\"'],
  [0x27, "\\'"],
  [BACKSLASH, '\\\\'],
]);

/**
 * The routine by which GLPI before 9.5 read its secrets and which every later one runs over all values when its key file
 * is missing (GLPIKey::decryptUsingLegacyKey), without the unescaping that follows it there.
 *
 * @param value base64 text as stored, or its decoded bytes.
 * @param legacyKey content of `glpi.key`, or {@link LEGACY_CONSTANT}; not empty (PHP divides by its length).
 */
export function legacyDecrypt(value: Buffer | string, legacyKey: Buffer): Buffer {
  return shifted(typeof value === 'string' ? decodeBase64AsPhp(value) : value, legacyKey, -1);
}

/**
 * The sealed values that a garbled plaintext may have come from, in base64, most likely first; at most three. Each GLPI
 * changes the routine's result in its own way, and the database may have been garbled by an older one than it says:
 * 9.5 turns entities into `<` and `>`, which random bytes never hold; 10.0 undoes SQL escaping if all of the result looks
 * escaped; 11 (and late 10.0) turns `<` and `>` into entities. Only opening one tells which is right.
 *
 * @param plaintext what the garbled value opens to.
 * @param version as in `glpi_configs`; null if unknown.
 */
export function invertGarbled(plaintext: Buffer, legacyKey: Buffer, version: string | null): string[] {
  if (legacyKey.length === 0) return [];
  const results = [plaintext];
  if (plaintext.includes(AMPERSAND)) {
    const unescaped = withoutEntities(plaintext);
    // No `<` and no entity is left to chance: where there are some, the last GLPI to run this made them.
    if (version?.startsWith('9.') === true) results.push(unescaped);
    else results.unshift(unescaped);
  }
  const escaped = escapedForSql(plaintext);
  if (escaped.length !== plaintext.length) results.push(escaped);
  const values = results
    .filter((result) => result.length >= SEALED_MINIMUM_BYTES)
    .map((result) => shifted(result, legacyKey, 1).toString('base64'));
  return [...new Set(values)];
}

function shifted(bytes: Buffer, legacyKey: Buffer, direction: 1 | -1): Buffer {
  const { length } = legacyKey;
  if (length === 0) throw new RangeError('expected a legacy key of at least 1 byte');
  const result = Buffer.allocUnsafe(bytes.length);
  for (let index = 0; index < bytes.length; index += 1) {
    // Index -1 is the last byte to PHP's substr.
    const keyByte = legacyKey[(index + length - 1) % length] ?? 0;
    result[index] = (bytes[index] ?? 0) + direction * keyByte;
  }
  return result;
}

function withoutEntities(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
  return Buffer.from(text, 'latin1');
}

function escapedForSql(bytes: Buffer): Buffer {
  let escaped = '';
  for (const byte of bytes) escaped += SQL_ESCAPES.get(byte) ?? String.fromCharCode(byte);
  return Buffer.from(escaped, 'latin1');
}
