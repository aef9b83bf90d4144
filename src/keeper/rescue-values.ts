import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure } from '../core/failure.ts';
import { newestFirst } from '../core/history.ts';
import { placesOf } from '../core/place-set.ts';
import type { RescueStep } from '../core/plan-rescue.ts';
import type { Database, ValueChange } from '../glpi/database/database.ts';
import type { RecoveryContext } from '../glpi/garbled.ts';
import { KeyRing } from '../glpi/key-ring.ts';
import { ValueSealer } from '../glpi/value-sealer.ts';
import type { ApplyContext } from './apply.ts';
import { draftOf } from './build-draft.ts';
import { legacyKeysOf } from './legacy-keys.ts';
import { referenceKey } from './merge-escrow.ts';
import { openChosen } from './open-chosen.ts';
import { requireLiveKey } from './require-live-key.ts';
import { type RescueSource, rescueChanges } from './rescue-changes.ts';
import { notePlaces } from './rescue-memory-record.ts';
import { keepUndo } from './rescue-record.ts';

/** Values that are opened and sealed at once: the lease is renewed in between. */
const TURN = 500;

/**
 * Brings values back under the live key: what another known key opens, what GLPI garbled, and what it emptied and the
 * vault still has. The rows are read anew and decided on as they are at this moment; one that no longer is what the plan
 * saw is left. The old content of every row is in the vault before the first one changes (a generation, and the record
 * `rescue-undo`); each row is guarded by its old bytes, and all of
 * them by the key file, in one transaction.
 *
 * Killed before the commit nothing has changed; after it the rows stand under the live key, and the next run finds
 * nothing left to do. A record without its rows changed undoes nothing: undoing asks for the new bytes.
 *
 * @returns what was done, for a person
 */
export async function rescueValues(
  steps: readonly RescueStep[],
  context: ApplyContext,
  undoable: 'undoable' | 'plain',
): Promise<string> {
  const { pass, settings, judgement, vault, now } = context;
  const live = judgement.live === null ? undefined : pass.keyring.keys.get(judgement.live);
  if (judgement.live === null || live === undefined || vault === null)
    throw new Failure('refused', 'values are sealed anew only with a live key and a vault that works');
  await vault.add(draftOf(pass, judgement, settings.instance, 'before-reseal', now().toISOString()));
  await using database = await openChosen(context);
  const changes = await planChanges(steps, context, database, {
    fingerprint: judgement.live,
    sealer: new ValueSealer(live),
  });
  if (undoable === 'undoable' && changes.length > 0) await keepUndo(vault, now().toISOString(), changes);
  await database.rewriteValues(changes, requireLiveKey(context, live));
  await noteBroughtBack(changes, context);
  return `${changes.length} ${changes.length === 1 ? 'value' : 'values'} sealed anew under the live key`;
}

async function planChanges(
  steps: readonly RescueStep[],
  context: ApplyContext,
  database: Database,
  live: RescueSource['live'],
): Promise<ValueChange[]> {
  const { pass, tables } = context;
  const { values } = await database.readValues('full', pass.observation.records.places, tables);
  const places = placesOf(steps);
  const standing = new Map<string, string | null>();
  for (const { reference, value } of values) {
    if (places.has(reference)) standing.set(referenceKey(reference), value);
  }
  const emptied = steps.filter((each) => each.emptied).map((each) => each.reference);
  for (const place of await database.readPlaces(emptied)) {
    if (place.state === 'empty') standing.set(referenceKey(place.reference), place.value);
  }
  const source = { standing, kept: await readKept(steps, context), recovery: recoveryOf(context), live };
  const changes: ValueChange[][] = [];
  for (let start = 0; start < steps.length; start += TURN) {
    changes.push(rescueChanges(steps.slice(start, start + TURN), source));
    await nextTurn();
  }
  return changes.flat();
}

function recoveryOf({ pass }: ApplyContext): RecoveryContext {
  const { observation, keyring } = pass;
  const version = observation.database.kind === 'answers' ? observation.database.version : null;
  const ring = new KeyRing(keyring.keys);
  return { ring, version, legacyKeys: legacyKeysOf(observation.files['glpi.key'], newestFirst(observation.vault)) };
}

/** The vault's values for the places of the steps: what the newest escrow has, and all that older ones had. */
async function readKept(steps: readonly RescueStep[], { pass, vault }: ApplyContext): Promise<RescueSource['kept']> {
  const holder = newestFirst(pass.observation.vault).find((each) => each.escrowCount > 0);
  const needed = steps.some(({ way }) => way !== 'reseal');
  if (!needed || vault === null || holder === undefined || holder.sealed) return () => [];
  const places = placesOf(steps);
  const { entries } = await vault.escrow(holder, (reference) => places.has(reference));
  const newest = new Map(entries.map((entry) => [referenceKey(entry.reference), entry.value]));
  const older = steps.filter(({ way }) => way === 'older');
  const past = new Set(older.map(({ reference }) => referenceKey(reference)));
  const history = older.length === 0 ? null : await vault.history((reference) => past.has(referenceKey(reference)));
  return (reference) => {
    const key = referenceKey(reference);
    const earlier = (history?.values.get(key) ?? []).map((each) => each.value);
    const kept = newest.get(key);
    return kept === undefined ? earlier : [kept, ...earlier];
  };
}

/** Who empties one of these again in the same bad time means it. */
async function noteBroughtBack(changes: readonly ValueChange[], { pass, vault, now }: ApplyContext): Promise<void> {
  const { database } = pass.observation;
  if (vault === null || database.kind !== 'answers') return;
  const written = new Set(changes.map((each) => referenceKey(each.reference)));
  const places = database.emptied
    .filter(({ reference }) => written.has(referenceKey(reference)))
    .map(({ reference, digest }) => ({ reference, digest, state: 'brought-back', at: now().toISOString() }) as const);
  await notePlaces(vault, places);
}
