import { Failure } from '../core/failure.ts';
import type { EscrowEntry, GenerationDraft } from '../core/generation.ts';
import { newestFirst } from '../core/history.ts';
import type { Action } from '../core/plan.ts';
import { knownUid } from '../core/plan-registration.ts';
import type { RegistrationWrite } from '../core/registration.ts';
import type { Secret } from '../core/secret.ts';
import { sealValue } from '../glpi/value-sealer.ts';
import type { Vault } from '../vault/vault.ts';
import type { ApplyContext } from './apply.ts';
import { draftOf } from './build-draft.ts';
import { detailOfRegistration } from './detail-of-registration.ts';
import { openChosen } from './open-chosen.ts';
import { noteRegistrationWrite } from './registration-record.ts';
import { wishOfSettings } from './registration-wish.ts';
import { requireLiveKey } from './require-live-key.ts';

type WriteAction = Action & { readonly action: 'write-registration' };

/**
 * Writes the row of the registration key, sealed under the live key, or empties it as GLPI does. What stood there is in
 * the vault before. Killed before the commit nothing has changed; after it, the next run reads the row as it is wanted
 * and only notes that in the vault. A registration key is base64: the slashes that 9.5 and 10.0 add before they seal
 * (`'`, `\`, line breaks) change nothing in it.
 *
 * @returns what was done, for a person
 */
export async function writeRegistrationKey(action: WriteAction, context: ApplyContext): Promise<string> {
  const { pass, judgement, vault } = context;
  const live = judgement.live === null ? undefined : pass.keyring.keys.get(judgement.live);
  const from = pass.database.registrationCell;
  if (live === undefined || vault === null || from === null)
    throw new Failure('refused', 'the registration key is written only with a live key and a vault that works');
  await vault.add(draftBefore(context));
  await using database = await openChosen(context);
  const clear = keyOf(action, context);
  const to = clear === null ? '' : sealValue(Buffer.from(clear.reveal()), live);
  const change = { from, to, uid: action.uid ? knownUid(pass.observation) : null };
  await database.writeRegistration(change, requireLiveKey(context, live));
  await noteRegistrationWrite(vault, {
    at: context.now().toISOString(),
    why: reasonOf(action),
    fingerprint: action.fingerprint,
  });
  await useUpWish(action, context, vault);
  return detailOfRegistration(action);
}

/** What an operator says now counts for more than a key of the settings that waits for its turn: that one is over. */
async function useUpWish({ source }: WriteAction, { settings, now }: ApplyContext, vault: Vault): Promise<void> {
  const wish = source.kind === 'operator' ? wishOfSettings(settings) : null;
  if (wish?.wish.kind !== 'setting') return;
  const { fingerprint } = wish.wish;
  await noteRegistrationWrite(vault, { at: now().toISOString(), why: 'wish', fingerprint });
}

/** A value that no known key opens is in no escrow yet: it goes there before it is overwritten. */
function draftBefore({ pass, judgement, settings, now }: ApplyContext): GenerationDraft {
  const draft = draftOf(pass, judgement, settings.instance, 'before-registration', now().toISOString());
  const { registrationCell } = pass.database;
  const { database } = pass.observation;
  if (database.kind !== 'answers' || database.registrationRow.kind !== 'closed') return draft;
  if (registrationCell === null || typeof registrationCell === 'string' || draft.escrow === 'inherit') return draft;
  const place = database.values.find((each) => each.reference.name === 'glpinetwork_registration_key')?.reference;
  if (place === undefined) return draft;
  const entry: EscrowEntry = { reference: place, value: registrationCell.value };
  const others = draft.escrow.filter((each) => each.reference.name !== place.name);
  return { ...draft, escrow: [...others, entry] };
}

function keyOf({ source, fingerprint }: WriteAction, context: ApplyContext): Secret<string> | null {
  if (fingerprint === null) return null;
  const key = sourceKey(source, context);
  if (key !== null) return key;
  throw new Failure('refused', `the registration key ${fingerprint} is no longer where it was found`);
}

function sourceKey(source: WriteAction['source'], { registrationKey, pass }: ApplyContext): Secret<string> | null {
  switch (source.kind) {
    case 'setting':
    case 'operator':
      return registrationKey;
    case 'row':
      return pass.database.registrationBehind;
    case 'generation': {
      const found = newestFirst(pass.observation.vault).find((each) => each.number === source.number)?.registration;
      return found?.kind === 'kept' ? found.key : null;
    }
  }
}

function reasonOf({ source, fingerprint }: WriteAction): RegistrationWrite['why'] {
  if (fingerprint === null) return 'cleared';
  const reasons = { generation: 'restored', row: 'resealed', setting: 'wish', operator: 'set' } as const;
  return reasons[source.kind];
}
