import { isUtf8 } from 'node:buffer';
import type { Fingerprint, Sha256 } from '../core/brand.ts';
import type { StoredValue, ValueEvidence, ValueReference } from '../core/value.ts';
import { isGarbledFrom, type RecoveryContext, recoverSealed } from './garbled.ts';
import { KeyRing } from './key-ring.ts';
import { hasSealedShape } from './sealed-value.ts';
import { valueDigest } from './value-digest.ts';

export interface EvidenceContext {
  /** GLPI's version as in `glpi_configs`; null if unknown. It orders what is tried, nothing is left untried. */
  readonly version: string | null;
  /** Content of `glpi.key` where there is or was one, and the constant: see legacy.ts. */
  readonly legacyKeys: readonly Buffer[];
  /** Digests ({@link valueDigest}) of the values that a person has given up: they are left out. */
  readonly accepted: ReadonlySet<Sha256>;
  /** The sealed value that the vault keeps for this place, if any. */
  readonly escrow: (reference: ValueReference) => string | undefined;
}

interface Trial {
  readonly outer: KeyRing;
  readonly recovery: RecoveryContext;
  readonly escrow: EvidenceContext['escrow'];
}

type Finding = Pick<ValueEvidence, 'opens' | 'better'>;

const CLOSED: Finding = { opens: [], better: null };

/**
 * What the candidate keys make of every value, in the order of the values.
 *
 * @param keys 32 bytes each, by fingerprint; the first is tried first. A value is taken to open under one key alone: one
 *   ciphertext for two keys can be made on purpose by somebody who knows both, and does not occur.
 */
export function assess(
  values: Iterable<StoredValue>,
  keys: ReadonlyMap<Fingerprint, Buffer>,
  { version, legacyKeys, accepted, escrow }: EvidenceContext,
): ValueEvidence[] {
  // What lies behind a garbled value opens under another key than the value itself: each ring remembers its own.
  const recovery = { ring: new KeyRing(keys), legacyKeys, version };
  const trial = { outer: new KeyRing(keys), recovery, escrow };
  const evidence: ValueEvidence[] = [];
  for (const { reference, class: valueClass, sealedColumn, value } of values) {
    const digest = valueDigest(reference, value);
    if (accepted.has(digest)) continue;
    const { opens, better } = tryKeys(reference, value, trial);
    const shaped = hasSealedShape(value);
    evidence.push({ reference, class: valueClass, sealedColumn, shaped, digest, opens, better });
  }
  return evidence;
}

function tryKeys(reference: ValueReference, value: string, { outer, recovery, escrow }: Trial): Finding {
  const opened = outer.open(value);
  if (opened === null) return CLOSED;
  const { fingerprint, cipher, sealed, plaintext } = opened;
  const ours = cipher.sealed(sealed);
  const recovered = recoverSealed(plaintext, recovery);
  // The usual value: text, as people type it and GLPI makes it. The vault need not be asked about it.
  if (recovered === null && plaintext.length > 0 && isUtf8(plaintext))
    return { opens: [{ fingerprint, as: 'real', ours }], better: null };

  const kept = escrow(reference);
  const keptIsReal = () => kept !== undefined && opensReal(kept, recovery);
  const innermost = recovered?.plaintext ?? plaintext;
  // What cannot be computed back may still be what became of the value that the vault knows.
  const rubbish = kept !== undefined && isGarbledFrom(innermost, kept, recovery.legacyKeys);
  const good = innermost.length > 0 && !rubbish;
  if (recovered === null && good) return { opens: [{ fingerprint, as: 'real', ours }], better: null };

  const as = recovered === null && !rubbish ? 'empty' : 'garbled';
  // What was garbled may have been wiped before, and the vault may remember what it was.
  const better = !good && keptIsReal() ? 'escrow' : recovered === null ? null : 'inverse';
  return { opens: [{ fingerprint, as, ours }], better };
}

function opensReal(value: string, recovery: RecoveryContext): boolean {
  const opened = recovery.ring.open(value);
  return opened !== null && opened.plaintext.length > 0 && recoverSealed(opened.plaintext, recovery) === null;
}
