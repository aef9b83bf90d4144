import { isUtf8 } from 'node:buffer';
import type { Fingerprint, Sha256 } from '../core/brand.ts';
import type { Opening, StoredValue, ValueClass, ValueEvidence, ValueReference } from '../core/value.ts';
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
  /** The few that there are, each once. */
  readonly openings: Map<string, readonly Opening[]>;
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
  const trial = { outer: new KeyRing(keys), recovery, escrow, openings: new Map() };
  const evidence: ValueEvidence[] = [];
  for (const stored of values) {
    const { reference, value } = stored;
    if (accepted.size > 0 && accepted.has(valueDigest(reference, value))) continue;
    evidence.push(new Evidence(stored, tryKeys(reference, value, trial)));
  }
  return evidence;
}

/** Of a hundred thousand values next to none is ever asked for its digest, which takes as long to make as a key to try. */
class Evidence implements ValueEvidence {
  readonly reference: ValueReference;
  readonly class: ValueClass;
  readonly sealedColumn: boolean;
  readonly shaped: boolean;
  readonly opens: readonly Opening[];
  readonly better: Finding['better'];
  readonly #value: string;

  constructor({ reference, class: valueClass, sealedColumn, value }: StoredValue, { opens, better }: Finding) {
    this.reference = reference;
    this.class = valueClass;
    this.sealedColumn = sealedColumn;
    this.shaped = hasSealedShape(value);
    this.opens = opens;
    this.better = better;
    this.#value = value;
  }

  get digest(): Sha256 {
    return valueDigest(this.reference, this.#value);
  }
}

function tryKeys(reference: ValueReference, value: string, trial: Trial): Finding {
  const { outer, recovery, escrow } = trial;
  const opened = outer.open(value);
  if (opened === null) return CLOSED;
  const { fingerprint, cipher, sealed, plaintext } = opened;
  const ours = cipher.sealed(sealed);
  const recovered = recoverSealed(plaintext, recovery);
  // The usual value: text, as people type it and GLPI makes it. The vault need not be asked about it.
  if (recovered === null && plaintext.length > 0 && isUtf8(plaintext))
    return { opens: opening(trial, { fingerprint, as: 'real', ours }), better: null };

  const kept = escrow(reference);
  const keptIsReal = () => kept !== undefined && opensReal(kept, recovery);
  const innermost = recovered?.plaintext ?? plaintext;
  // What cannot be computed back may still be what became of the value that the vault knows.
  const rubbish = kept !== undefined && isGarbledFrom(innermost, kept, recovery.legacyKeys);
  const good = innermost.length > 0 && !rubbish;
  if (recovered === null && good) return { opens: opening(trial, { fingerprint, as: 'real', ours }), better: null };

  const as = recovered === null && !rubbish ? 'empty' : 'garbled';
  // What was garbled may have been wiped before, and the vault may remember what it was.
  const better = !good && keptIsReal() ? 'escrow' : recovered === null ? null : 'inverse';
  return { opens: opening(trial, { fingerprint, as, ours }), better };
}

/** The same list for all values that open alike. */
function opening({ openings }: Trial, found: Opening): readonly Opening[] {
  const name = `${found.fingerprint} ${found.as} ${found.ours}`;
  const known = openings.get(name);
  if (known !== undefined) return known;
  const made = [found];
  openings.set(name, made);
  return made;
}

function opensReal(value: string, recovery: RecoveryContext): boolean {
  const opened = recovery.ring.open(value);
  return opened !== null && opened.plaintext.length > 0 && recoverSealed(opened.plaintext, recovery) === null;
}
