import type { Fingerprint } from '../core/brand.ts';
import { Failure } from '../core/failure.ts';
import type { EscrowEntry } from '../core/generation.ts';
import { newestFirst } from '../core/history.ts';
import type { RescueStep } from '../core/plan-rescue.ts';
import type { Database, ValueChange } from '../glpi/database/database.ts';
import { isGarbledFrom, type RecoveryContext, recoverSealed } from '../glpi/garbled.ts';
import { KeyRing } from '../glpi/key-ring.ts';
import { sealValue } from '../glpi/sealed-value.ts';
import type { ApplyContext } from './apply.ts';
import { draftOf } from './build-draft.ts';
import { legacyKeysOf } from './keyring.ts';
import { referenceKey } from './merge-escrow.ts';
import { openChosen } from './open-chosen.ts';
import { keepUndo } from './rescue-record.ts';

/**
 * Brings values back under the live key: what another known key opens, what GLPI garbled, and what it emptied and the
 * vault still has. The rows are read anew and decided on as they are at this moment; one that no longer is what the plan
 * saw is left. The old content of every row is in the vault before the first one changes (a generation, and the record
 * `rescue-undo`); each row is guarded by its old bytes, all in one transaction.
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
  const { pass, settings, judgement, vault, now, signal } = context;
  const live = judgement.live === null ? undefined : pass.keyring.keys.get(judgement.live);
  if (live === undefined || vault === null)
    throw new Failure('refused', 'values are sealed anew only with a live key and a vault that works');
  await vault.add(draftOf(pass, judgement, settings.instance, 'before-reseal', now().toISOString()));
  await using database = await openChosen(context);
  const changes = await planChanges(steps, context, database, live);
  if (undoable === 'undoable' && changes.length > 0) await keepUndo(vault, now().toISOString(), changes);
  signal.throwIfAborted();
  await database.rewriteValues(changes);
  return `${changes.length} ${changes.length === 1 ? 'value' : 'values'} sealed anew under the live key`;
}

async function planChanges(
  steps: readonly RescueStep[],
  context: ApplyContext,
  database: Database,
  live: Buffer,
): Promise<ValueChange[]> {
  const { pass } = context;
  const { values } = await database.readValues('full', pass.observation.records.places);
  const standing = new Map<string, string | null>(values.map((each) => [referenceKey(each.reference), each.value]));
  const emptied = steps.filter((each) => each.emptied).map((each) => each.reference);
  for (const place of await database.readPlaces(emptied)) {
    if (place.state === 'empty') standing.set(referenceKey(place.reference), place.value);
  }
  const needsEscrow = steps.some(({ way }) => way === 'escrow' || way === 'older' || way === 'inverse');
  const escrow = needsEscrow ? await readEscrow(context) : new Map<string, string>();
  const recovery = recoveryOf(context);
  return steps.flatMap(({ reference, way, emptied: wasEmptied }) => {
    const from = standing.get(referenceKey(reference));
    if (from === undefined) return [];
    const isEmpty = from === null || from === '' || from === '0';
    if (isEmpty !== wasEmptied) return [];
    const kept = escrow.get(referenceKey(reference));
    const plaintext = plaintextOf({ way, value: from ?? '', kept, live: context.judgement.live }, recovery);
    return plaintext === null ? [] : [{ reference, from, to: sealValue(plaintext, live) }];
  });
}

interface Standing {
  readonly way: RescueStep['way'];
  /** As the row holds it now; '' where it holds nothing. */
  readonly value: string;
  /** What the vault keeps for this place. */
  readonly kept: string | undefined;
  readonly live: Fingerprint | null;
}

/**
 * What is to be sealed; null where the row is not, or no longer, what the plan saw: somebody wrote a value since, which
 * stays whether a known key opens it or not.
 */
function plaintextOf({ way, value, kept, live }: Standing, recovery: RecoveryContext): Buffer | null {
  const opened = recovery.ring.open(value);
  if (way === 'reseal') return opened === null || opened.fingerprint === live ? null : opened.plaintext;
  const fromVault = () => (kept === undefined ? null : goodPlaintext(kept, recovery));
  if (opened === null) return way === 'older' || value === '' || value === '0' ? fromVault() : null;
  if (way === 'older') return null;
  const recovered = recoverSealed(opened.plaintext, recovery)?.plaintext ?? null;
  const innermost = recovered ?? opened.plaintext;
  const destroyed =
    innermost.length === 0 || (kept !== undefined && isGarbledFrom(innermost, kept, recovery.legacyKeys));
  return destroyed ? fromVault() : recovered;
}

/** What a value of the vault opens to, unless that is nothing, or garbled itself. */
function goodPlaintext(value: string, recovery: RecoveryContext): Buffer | null {
  const plaintext = recovery.ring.open(value)?.plaintext ?? null;
  if (plaintext === null || plaintext.length === 0) return null;
  return recoverSealed(plaintext, recovery) === null ? plaintext : null;
}

function recoveryOf({ pass }: ApplyContext): RecoveryContext {
  const { observation, keyring } = pass;
  const version = observation.database.kind === 'answers' ? observation.database.version : null;
  const ring = new KeyRing(keyring.keys);
  return { ring, version, legacyKeys: legacyKeysOf(observation.files['glpi.key'], newestFirst(observation.vault)) };
}

async function readEscrow({ pass, vault }: ApplyContext): Promise<Map<string, string>> {
  const holder = newestFirst(pass.observation.vault).find((each) => each.escrowCount > 0);
  if (vault === null || holder === undefined || holder.sealed) return new Map();
  const { entries } = await vault.escrow(holder);
  return new Map(entries.map((entry: EscrowEntry) => [referenceKey(entry.reference), entry.value]));
}
