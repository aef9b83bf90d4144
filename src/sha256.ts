import { hash } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Sha256 } from './core/brand.ts';

/**
 * Up to here a digest in JavaScript, not yet compiled by anything, takes less than loading Node's: 36 modules, a fifth of
 * Node's own start, and a quiet `init` asks for eight digests of some hundred bytes.
 */
export const SHORT_BYTES = 4_096;
/** Who asks for more has something to do: from then on all are Node's, many times as fast in a watch that repairs. */
export const FEW = 32;

let asked = 0;

/** The SHA-256 of bytes, or of a text in UTF-8. */
export function sha256Of(content: string | Uint8Array): Sha256 {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  asked += 1;
  if (asked > FEW || bytes.length > SHORT_BYTES) return hash('sha256', bytes, 'hex') as Sha256;
  return Buffer.from(sha256(bytes)).toString('hex') as Sha256;
}
