import type { Fingerprint } from '../core/brand.ts';
import type { WantedRotation } from '../core/plan-rotation.ts';
import { referenceKey } from '../core/reference-key.ts';
import type { Sequence } from '../core/sequence.ts';
import type { StoredValue } from '../core/value.ts';
import type { Database, ValueChange } from '../glpi/database/database.ts';
import { KeyRing } from '../glpi/key-ring.ts';
import { ValueSealer } from '../glpi/value-sealer.ts';
import type { ApplyContext } from './apply.ts';

/** What a rotation finds in the rows, and makes of it. */
export interface Moves {
  /** As the rows stood before. */
  readonly stored: Sequence<StoredValue>;
  /** Every known key, and the new one. */
  readonly keys: ReadonlyMap<Fingerprint, Buffer>;
  /** Each is sealed when it is asked for, and not kept: the server works on others meanwhile. */
  readonly changes: Iterable<ValueChange>;
}

/**
 * Every value that any known key opens, sealed under the new one. What a value holds is not judged here: one that GLPI
 * emptied or garbled is moved as it is, so that `rescue` still finds it. One that nothing opens stays.
 */
export async function movesTo(
  database: Database,
  { pass, tables }: Pick<ApplyContext, 'pass' | 'tables'>,
  { to, key }: WantedRotation,
): Promise<Moves> {
  const { values: stored } = await database.readValues('full', pass.observation.records.places, tables);
  const keys = new Map([...pass.keyring.keys, [to, key.reveal()]]);
  return { stored, keys, changes: { [Symbol.iterator]: () => sealAnew(stored, keys, to) } };
}

function* sealAnew(
  stored: Sequence<StoredValue>,
  keys: ReadonlyMap<Fingerprint, Buffer>,
  to: Fingerprint,
): Generator<ValueChange> {
  const ring = new KeyRing(keys);
  const sealer = new ValueSealer(keys.get(to) as Buffer);
  for (const { reference, value } of stored) {
    const opened = ring.open(value);
    if (opened === null || opened.fingerprint === to) continue;
    yield { reference, from: value, to: sealer.seal(opened.plaintext) };
  }
}

/** The changes that take back those of {@link movesTo}, where the row still holds what was written. */
export async function movesBack(
  database: Database,
  { pass }: Pick<ApplyContext, 'pass'>,
  { stored, keys }: Moves,
  to: Fingerprint,
): Promise<ValueChange[]> {
  const { values } = await database.readValues('full', pass.observation.records.places);
  const before = new Map(stored.map((each) => [referenceKey(each.reference), each.value]));
  const ring = new KeyRing(keys);
  return [...values].flatMap(({ reference, value }) => {
    const from = before.get(referenceKey(reference));
    const now = ring.open(value);
    if (from === undefined || from === value || now?.fingerprint !== to) return [];
    // Sealed anew from what stood there; what GLPI itself sealed under this key it never had.
    const same = ring.open(from)?.plaintext.equals(now.plaintext) === true && now.cipher.sealed(now.sealed);
    return same ? [{ reference, from: value, to: from }] : [];
  });
}
