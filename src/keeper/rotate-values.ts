import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WantedRotation } from '../core/plan-rotation.ts';
import type { ValueReference } from '../core/value.ts';
import type { Database, ValueChange } from '../glpi/database/database.ts';
import { KeyRing } from '../glpi/key-ring.ts';
import { ValueSealer } from '../glpi/value-sealer.ts';
import type { ApplyContext } from './apply.ts';
import { referenceKey } from './merge-escrow.ts';

/** Values that are sealed at once: the lease is renewed in between. */
const TURN = 500;

/**
 * Every value that any known key opens, sealed under the new one. What a value holds is not judged here: one that GLPI
 * emptied or garbled is moved as it is, so that `rescue` still finds it. One that nothing opens stays.
 */
export async function movesTo(
  database: Database,
  { pass, tables }: Pick<ApplyContext, 'pass' | 'tables'>,
  { to, key }: WantedRotation,
): Promise<ValueChange[]> {
  const { values } = await database.readValues('full', pass.observation.records.places, tables);
  const ring = new KeyRing(new Map([...pass.keyring.keys, [to, key.reveal()]]));
  const cipher = new ValueSealer(key.reveal());
  const changes: ValueChange[] = [];
  for (const [index, { reference, value }] of values.entries()) {
    if (index % TURN === TURN - 1) await nextTurn();
    const opened = ring.open(value);
    if (opened === null || opened.fingerprint === to) continue;
    changes.push(new Move(reference, value, opened.plaintext, cipher));
  }
  return changes;
}

/** A value that is sealed anew when its row is about to be written: the server works on others meanwhile. */
class Move implements ValueChange {
  readonly reference: ValueReference;
  readonly from: string;
  #plaintext: Buffer | null;
  readonly #cipher: ValueSealer;
  #to = '';

  constructor(reference: ValueReference, from: string, plaintext: Buffer, cipher: ValueSealer) {
    this.reference = reference;
    this.from = from;
    this.#plaintext = plaintext;
    this.#cipher = cipher;
  }

  /** The same at each look. */
  get to(): string {
    if (this.#plaintext !== null) this.#to = this.#cipher.seal(this.#plaintext);
    this.#plaintext = null;
    return this.#to;
  }
}

/** The changes that take back those of {@link movesTo}, where the row still holds what was written. */
export async function movesBack(
  database: Database,
  { pass }: Pick<ApplyContext, 'pass'>,
  changes: readonly ValueChange[],
): Promise<ValueChange[]> {
  const { values } = await database.readValues('full', pass.observation.records.places);
  const standing = new Map(values.map((each) => [referenceKey(each.reference), each.value]));
  return changes
    .filter(({ reference, to }) => standing.get(referenceKey(reference)) === to)
    .map(({ reference, from, to }) => ({ reference, from: to, to: from }));
}
