import { Failure } from '../core/failure.ts';
import { placesOf } from '../core/place-set.ts';
import type { ValueChange } from '../glpi/database/database.ts';
import { valueDigest } from '../glpi/value-digest.ts';
import type { Vault } from '../vault/vault.ts';
import type { ApplyContext } from './apply.ts';
import { referenceKey } from './merge-escrow.ts';
import { openChosen } from './open-chosen.ts';
import { undoChanges } from './rescue-changes.ts';
import { notePlaces } from './rescue-memory-record.ts';
import { readUndo } from './rescue-record.ts';

/**
 * Puts back what the last rescue changed, row by row and only where the row still holds exactly what the rescue wrote:
 * what somebody saved since stays. One transaction, guarded like the rescue itself; killed before its commit nothing has
 * changed, and undoing twice finds nothing to do.
 *
 * @returns what was done, for a person
 */
export async function undoRescue({ vault, ...context }: ApplyContext): Promise<string> {
  const undo = vault === null ? null : await readUndo(vault);
  if (undo === null) throw new Failure('refused', 'no rescue is on record that could be undone', { target: 'vault' });
  await using database = await openChosen({ vault, ...context });
  const { values } = await database.readValues('full', context.pass.observation.records.places);
  const places = placesOf(undo.changes);
  const standing = new Map<string, string>();
  for (const { reference, value } of values) {
    if (places.has(reference)) standing.set(referenceKey(reference), value);
  }
  const changes = undoChanges(undo.changes, standing);
  context.signal.throwIfAborted();
  await database.rewriteValues(changes);
  await noteUndone(vault, changes, context);
  const kept = undo.changes.length - changes.length;
  return `${changes.length} rows as they were before ${undo.at}${kept > 0 ? `; ${kept} were written since and stay` : ''}`;
}

/** An operator who takes a rescue back does not want the next start to do it once more. */
async function noteUndone(
  vault: Vault | null,
  changes: readonly ValueChange[],
  { pass, now }: Omit<ApplyContext, 'vault'>,
): Promise<void> {
  const known = new Map(pass.observation.records.rescue.places.map((each) => [referenceKey(each.reference), each]));
  const isEmpty = ({ to }: ValueChange) => to === null || to === '' || to === '0';
  const places = changes.filter(isEmpty).map(({ reference }) => {
    const digest = known.get(referenceKey(reference))?.digest ?? valueDigest(reference, '');
    return { reference, digest, state: 'left', at: now().toISOString() } as const;
  });
  const left = changes.flatMap((each) => (isEmpty(each) ? [] : [valueDigest(each.reference, each.to ?? '')]));
  if (vault !== null) await notePlaces(vault, places, left);
}
