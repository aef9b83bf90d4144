const KEY_BYTES = 32;

/** The keys that a person can read out of these bytes: the bytes themselves, without an editor's newline, hex, base64. */
export function keysWrittenIn(bytes: Buffer): Buffer[] {
  if (bytes.length === KEY_BYTES) return [bytes];
  // Before a newline, a carriage return may be the last byte of the key.
  if (bytes.length === KEY_BYTES + 1 && bytes.at(-1) === 0x0a) return [bytes.subarray(0, KEY_BYTES)];
  const text = bytes.toString('latin1').replace(/\r?\n$/, '');
  if (text.length === KEY_BYTES) return [Buffer.from(text, 'latin1')];
  if (/^[0-9a-fA-F]{64}$/.test(text)) return [Buffer.from(text, 'hex')];
  const decoded = /^[A-Za-z0-9+/]+=*$/.test(text) ? Buffer.from(text, 'base64') : null;
  return decoded?.length === KEY_BYTES ? [decoded] : [];
}
