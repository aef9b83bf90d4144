import type { Secret } from '../../core/secret.ts';

const LONGEST = 200;
/** A piece of a key that is at least so long is taken out as the whole would be. */
const TELLING = 16;

/**
 * A stranger's text for a log or a terminal: no control, format or private characters (ANSI sequences, text direction), no
 * markup, blanks folded, at most 200 characters.
 */
export function cleanText(text: string): string {
  const folded = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...folded];
  return characters.length <= LONGEST ? folded : `${characters.slice(0, LONGEST - 1).join('')}…`;
}

/** The same for the text of a server that was told a secret: if it gives it back, in whole or in part, that is taken out. */
export function cleanAnswer(text: string, secret: Secret<string>): string {
  const forms = formsOf(secret.reveal());
  const words = text.split(/([^A-Za-z0-9+/=_%.-]+)/);
  const clean = words.map((word) =>
    word.length >= TELLING && forms.some((form) => overlaps(form, word)) ? '[redacted]' : word,
  );
  return cleanText(clean.join(''));
}

function overlaps(form: string, word: string): boolean {
  for (let start = 0; start + TELLING <= word.length; start += 1) {
    if (form.includes(word.slice(start, start + TELLING))) return true;
  }
  return false;
}

/** As it is, percent-encoded, and in the encodings that a log or a debug page may choose. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  return [
    secret,
    encodeURIComponent(secret),
    hex,
    hex.toUpperCase(),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ];
}
