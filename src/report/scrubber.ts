import type { Secret } from '../core/secret.ts';

/** Shorter ones would be found in ordinary words. */
const SHORTEST = 6;
const MARK = '[redacted]';

/**
 * The second line of defence: takes known secrets out of a text in whatever form they got there: as they are, escaped as
 * in JSON, in hex, base64, base64url or percent-encoded. The first line is that no secret is ever put in.
 */
export interface Scrubber {
  /** Remembers a secret. One that is shorter than six characters is not. */
  add(secret: Secret<string> | Secret<Buffer>): void;
  clean(text: string): string;
}

export function createScrubber(): Scrubber {
  const forms = new Set<string>();
  return {
    add(secret) {
      for (const form of formsOf(secret.reveal())) if (form.length >= SHORTEST) forms.add(form);
    },
    clean(text) {
      let clean = text;
      // Longest first, or the rest of a longer form would be left standing.
      for (const form of [...forms].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(form, MARK);
      return clean;
    },
  };
}

function formsOf(value: string | Buffer): string[] {
  const bytes = Buffer.from(value as string);
  if (bytes.length < SHORTEST) return [];
  const hex = bytes.toString('hex');
  const encoded = [hex, hex.toUpperCase(), unpadded(bytes.toString('base64')), bytes.toString('base64url')];
  if (typeof value !== 'string') return encoded;
  const lines = value.split('\n').filter((each) => each.length >= SHORTEST);
  return [...encoded, value, ...lines, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
}

function unpadded(base64: string): string {
  return base64.replace(/=+$/, '');
}
