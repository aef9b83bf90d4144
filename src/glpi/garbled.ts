import { isUtf8 } from 'node:buffer';
import type { Fingerprint } from '../core/brand.ts';
import { garbledForms } from './garble.ts';
import type { KeyRing } from './key-ring.ts';
import { invertGarbled } from './legacy.ts';
import { hasSealedShape } from './sealed-value.ts';

/** The sealed value that a destroyed one came from, and the key that opens it. */
export interface Recovered {
  /** base64, as it stood in the database before. */
  readonly value: string;
  readonly fingerprint: Fingerprint;
  /** What it opens to: not garbled any more, but it may be ''. */
  readonly plaintext: Buffer;
}

export interface RecoveryContext {
  readonly ring: KeyRing;
  /** Content of `glpi.key` where there is or was one, and the constant. */
  readonly legacyKeys: readonly Buffer[];
  /** GLPI's version as in `glpi_configs`; null if unknown. */
  readonly version: string | null;
}

/** `security:change_key` without a key garbles what it finds, garbled or not; more often than this nobody runs it. */
const MOST_LAYERS = 8;

/**
 * Finds the sealed value behind the plaintext of another: GLPI ran its legacy routine over it while its key file was
 * missing, or sealed a ciphertext that its form had shown; once or several times over. Null if the plaintext is not
 * garbled, or if no known key proves it: the shape alone proves nothing, for any 40 bytes have it.
 */
export function recoverSealed(plaintext: Buffer, context: RecoveryContext): Recovered | null {
  let recovered: Recovered | null = null;
  for (let layer = 0; layer < MOST_LAYERS; layer += 1) {
    const deeper = recoverLayer(recovered?.plaintext ?? plaintext, context);
    if (deeper === null) return recovered;
    recovered = deeper;
  }
  return recovered;
}

function recoverLayer(plaintext: Buffer, context: RecoveryContext): Recovered | null {
  // 40 random bytes are UTF-8 once in some 10^10 times, secrets that people type always are. It spares long real
  // values a trial of every key.
  if (isUtf8(plaintext)) {
    const text = plaintext.toString('latin1');
    return hasSealedShape(text) ? openInner(text, context.ring) : null;
  }
  for (const legacyKey of context.legacyKeys) {
    for (const value of invertGarbled(plaintext, legacyKey, context.version)) {
      const recovered = openInner(value, context.ring);
      if (recovered !== null) return recovered;
    }
  }
  return null;
}

/**
 * Whether a plaintext that no inverse explains is what GLPI's legacy routine made of the value that stood there before.
 *
 * @param plaintext of the value as it stands now, or of the last layer that {@link recoverSealed} took off
 * @param kept the sealed value that the vault keeps for this place
 */
export function isGarbledFrom(plaintext: Buffer, kept: string, legacyKeys: readonly Buffer[]): boolean {
  // What people type, and what GLPI makes, is UTF-8; of random bytes it is next to impossible.
  if (plaintext.length === 0 || isUtf8(plaintext)) return false;
  return garbledForms(kept, legacyKeys).some((form) => form.equals(plaintext));
}

function openInner(value: string, ring: KeyRing): Recovered | null {
  const opened = ring.open(value);
  return opened === null ? null : { value, fingerprint: opened.fingerprint, plaintext: opened.plaintext };
}
