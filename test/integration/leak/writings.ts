/** How a secret could be written somewhere; each is searched for. */
type Writing = (bytes: Buffer) => readonly string[];

const WRITINGS: Readonly<Record<string, Writing>> = {
  raw: (bytes) => [bytes.toString('utf8'), bytes.toString('latin1')],
  json: (bytes) => [JSON.stringify(bytes.toString('utf8')).slice(1, -1)],
  hex: (bytes) => [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), spaced(bytes, ' '), spaced(bytes, ':')],
  base64: (bytes) => [0, 1, 2].map((shift) => inside(bytes, shift, 'base64')),
  base64url: (bytes) => [0, 1, 2].map((shift) => inside(bytes, shift, 'base64url')),
  url: (bytes) => [
    encodeURIComponent(bytes.toString('utf8')),
    percent(bytes),
    percent(bytes).toUpperCase(),
    encodeURIComponent(bytes.toString('base64')),
  ],
  decimal: (bytes) => [[...bytes].join(','), [...bytes].join(', ')],
};

/** The names of the writings of a secret that a text holds. */
export function writingsIn(text: string, secret: Buffer): string[] {
  return Object.entries(WRITINGS).flatMap(([name, write]) =>
    write(secret).some((writing) => text.includes(writing)) ? [name] : [],
  );
}

/** The characters that a secret alone decides where it begins `shift` bytes after a multiple of three. */
function inside(bytes: Buffer, shift: number, encoding: 'base64' | 'base64url'): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString(encoding);
  return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}

function spaced(bytes: Buffer, between: string): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(between);
}

function percent(bytes: Buffer): string {
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
