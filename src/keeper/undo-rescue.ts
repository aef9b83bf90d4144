import { Failure } from '../core/failure.ts';
import type { ApplyContext } from './apply.ts';
import { referenceKey } from './merge-escrow.ts';
import { openChosen } from './open-chosen.ts';
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
  const standing = new Map(values.map((each) => [referenceKey(each.reference), each.value]));
  const changes = undo.changes
    .filter(({ reference, to }) => standing.get(referenceKey(reference)) === to)
    .map(({ reference, from, to }) => ({ reference, from: to, to: from }));
  context.signal.throwIfAborted();
  await database.rewriteValues(changes);
  const kept = undo.changes.length - changes.length;
  return `${changes.length} rows as they were before ${undo.at}${kept > 0 ? `; ${kept} were written since and stay` : ''}`;
}
