import { isUtf8 } from 'node:buffer';
import type { Fingerprint, Sha256 } from '../core/brand.ts';
import { MadeSequence, type Sequence } from '../core/sequence.ts';
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
  readonly findings: Map<string, Finding>;
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
  values: Sequence<StoredValue>,
  keys: ReadonlyMap<Fingerprint, Buffer>,
  context: EvidenceContext,
): Sequence<ValueEvidence> {
  const assessment = new Assessment(values, keys, context);
  assessment.go(values.length);
  return assessment.evidence;
}

/** {@link assess}, some values at a time. */
export class Assessment {
  readonly evidence: Evidences;
  readonly #values: Sequence<StoredValue>;
  readonly #accepted: ReadonlySet<Sha256>;
  readonly #trial: Trial;
  #next = 0;

  constructor(values: Sequence<StoredValue>, keys: ReadonlyMap<Fingerprint, Buffer>, context: EvidenceContext) {
    const { version, legacyKeys, accepted, escrow } = context;
    // What lies behind a garbled value opens under another key than the value itself: each ring remembers its own.
    const recovery = { ring: new KeyRing(keys), legacyKeys, version };
    this.#trial = { outer: new KeyRing(keys), recovery, escrow, findings: new Map() };
    this.#values = values;
    this.#accepted = accepted;
    this.evidence = new Evidences(values);
  }

  /** @returns whether any are left */
  go(most: number): boolean {
    const end = Math.min(this.#next + most, this.#values.length);
    for (; this.#next < end; this.#next += 1) {
      const { reference, value } = this.#values.at(this.#next) as StoredValue;
      if (this.#accepted.size > 0 && this.#accepted.has(valueDigest(reference, value))) continue;
      this.evidence.add(this.#next, tryKeys(reference, value, this.#trial));
    }
    return end < this.#values.length;
  }
}

/** For each value a place among those that were read, and a finding that many share. */
class Evidences extends MadeSequence<ValueEvidence> {
  readonly #values: Sequence<StoredValue>;
  readonly #places: number[] = [];
  readonly #findings: Finding[] = [];

  constructor(values: Sequence<StoredValue>) {
    super();
    this.#values = values;
  }

  get length(): number {
    return this.#places.length;
  }

  add(place: number, finding: Finding): void {
    this.#places.push(place);
    this.#findings.push(finding);
  }

  protected make(index: number): ValueEvidence {
    return new Evidence(this.#values, this.#places[index] as number, this.#findings[index] as Finding);
  }
}

/** Of a hundred thousand values next to none is ever asked for more than what opens it. */
class Evidence implements ValueEvidence {
  readonly opens: readonly Opening[];
  readonly better: Finding['better'];
  readonly #values: Sequence<StoredValue>;
  readonly #place: number;

  constructor(values: Sequence<StoredValue>, place: number, { opens, better }: Finding) {
    this.opens = opens;
    this.better = better;
    this.#values = values;
    this.#place = place;
  }

  get #stored(): StoredValue {
    return this.#values.at(this.#place) as StoredValue;
  }

  get reference(): ValueReference {
    return this.#stored.reference;
  }

  get class(): ValueClass {
    return this.#stored.class;
  }

  get sealedColumn(): boolean {
    return this.#stored.sealedColumn;
  }

  get shaped(): boolean {
    return hasSealedShape(this.#stored.value);
  }

  get digest(): Sha256 {
    const { reference, value } = this.#stored;
    return valueDigest(reference, value);
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
    return shared(trial, { fingerprint, as: 'real', ours }, null);

  const kept = escrow(reference);
  const keptIsReal = () => kept !== undefined && opensReal(kept, recovery);
  const innermost = recovered?.plaintext ?? plaintext;
  // What cannot be computed back may still be what became of the value that the vault knows.
  const rubbish = kept !== undefined && isGarbledFrom(innermost, kept, recovery.legacyKeys);
  const good = innermost.length > 0 && !rubbish;
  if (recovered === null && good) return shared(trial, { fingerprint, as: 'real', ours }, null);

  const as = recovered === null && !rubbish ? 'empty' : 'garbled';
  // What was garbled may have been wiped before, and the vault may remember what it was.
  const better = !good && keptIsReal() ? 'escrow' : recovered === null ? null : 'inverse';
  return shared(trial, { fingerprint, as, ours }, better);
}

/** The same for all values that open alike. */
function shared({ findings }: Trial, opening: Opening, better: Finding['better']): Finding {
  const name = `${opening.fingerprint} ${opening.as} ${opening.ours} ${better}`;
  const known = findings.get(name);
  if (known !== undefined) return known;
  const made = { opens: [opening], better };
  findings.set(name, made);
  return made;
}

function opensReal(value: string, recovery: RecoveryContext): boolean {
  const opened = recovery.ring.open(value);
  return opened !== null && opened.plaintext.length > 0 && recoverSealed(opened.plaintext, recovery) === null;
}
