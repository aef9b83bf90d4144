import type { Fingerprint } from './brand.ts';
import { extendChronicle, troubled, troubleSince } from './chronicle.ts';
import type { KeptRegistration } from './generation.ts';
import { newestFirst } from './history.ts';
import type { Observation } from './observation.ts';
import { wasApplied } from './registration.ts';
import type { Judgement } from './verdict.ts';

/** Where the registration key that is written comes from. */
export type RegistrationSource =
  | { readonly kind: 'generation'; readonly number: number }
  /** What stands in the row: under another known key, or garbled. */
  | { readonly kind: 'row' }
  | { readonly kind: 'setting' }
  | { readonly kind: 'operator' };

/** What is to become of the row. */
export type RegistrationPlan =
  | { readonly kind: 'nothing' }
  /** Emptied on purpose: kept as such in the vault, and left so. */
  | { readonly kind: 'cleared' }
  /** `fingerprint` null: the row is emptied. `uid`: the instance's uid goes back with it, for the database has none. */
  | {
      readonly kind: 'write';
      readonly fingerprint: Fingerprint | null;
      readonly source: RegistrationSource;
      readonly uid: boolean;
    }
  /** Something would be written, and must not be now. */
  | { readonly kind: 'held-back'; readonly why: 'installing' | 'verdict' | 'identity-missing' };

const NOTHING: RegistrationPlan = { kind: 'nothing' };

/**
 * Decides about the row of the registration key. The order: what an operator asks for now; a key of the settings that
 * was never applied; what stands in the row, if any known key can read it; the vault's.
 *
 * @param rescue `ask`: a value under another known key than the live one is left, as all such values are
 */
export function planRegistration(
  observation: Observation,
  judgement: Judgement,
  rescue: 'auto' | 'ask' = 'auto',
): RegistrationPlan {
  const { database, vault } = observation;
  if (database.kind !== 'answers' || vault.kind !== 'ready' || judgement.elsewhere !== null) return NOTHING;
  const wanted = wantedKey(observation, judgement, rescue);
  if (wanted.kind !== 'write') return wanted;
  if (database.installing || database.version === null) return { kind: 'held-back', why: 'installing' };
  return isFit(judgement) ? wanted : { kind: 'held-back', why: 'verdict' };
}

/**
 * Whether an empty row was emptied on purpose. In a bad time, and that is also a verdict of this very moment, GLPI itself
 * empties it (a form rendered under a bad key); then it is put back once, and who empties it again means it. Where no key
 * was ever known, nothing was emptied.
 */
export function isClearedOnPurpose(observation: Observation, { verdict, live }: Judgement): boolean {
  const { database, records, at } = observation;
  if (database.kind !== 'answers' || keptRegistration(observation) === null) return false;
  const { kind } = database.registrationRow;
  if (kind !== 'empty' && kind !== 'sealed-empty') return false;
  const chronicle = extendChronicle(records.chronicle, { at, verdict, fingerprint: live });
  if (!troubled(chronicle, at)) return true;
  const since = troubleSince(chronicle);
  return records.registrationWrites.some(
    (each) => (each.why === 'restored' || each.why === 'cleared') && since !== null && each.at >= since,
  );
}

/** What the newest generation that knows says of the registration key. */
export function keptRegistration({ vault }: Observation): { kept: KeptRegistration; number: number } | null {
  for (const { registration, number } of newestFirst(vault)) {
    if (registration.kind !== 'unknown') return { kept: registration, number };
  }
  return null;
}

function wantedKey(observation: Observation, judgement: Judgement, rescue: 'auto' | 'ask'): RegistrationPlan {
  const { database, wish } = observation;
  if (database.kind !== 'answers') return NOTHING;
  const row = database.registrationRow;
  if (row.kind === 'unread') return NOTHING;
  const write = (fingerprint: Fingerprint | null, source: RegistrationSource): RegistrationPlan => ({
    kind: 'write',
    fingerprint,
    source,
    uid: fingerprint !== null && database.identity.glpiNetworkUuid === null && knownUid(observation) !== null,
  });
  const holds = (fingerprint: Fingerprint) =>
    row.kind === 'opens' && row.fingerprint === fingerprint && row.under === judgement.live;
  if (wish?.kind === 'set') {
    return holds(wish.fingerprint) ? NOTHING : write(wish.fingerprint, { kind: 'operator' });
  }
  if (wish?.kind === 'clear') {
    const bare = ['absent', 'null', 'empty'].includes(row.kind);
    return !bare ? write(null, { kind: 'operator' }) : { kind: 'cleared' };
  }
  if (wish?.kind === 'setting' && !wasApplied(observation.records.registrationWrites, wish.fingerprint)) {
    return holds(wish.fingerprint) ? NOTHING : write(wish.fingerprint, { kind: 'setting' });
  }
  switch (row.kind) {
    case 'opens':
      // GLPI reads nothing there; with the rest of the values it is left to a person where that is wished.
      if (row.under === judgement.live || rescue === 'ask') return NOTHING;
      return write(row.fingerprint, { kind: 'row' });
    case 'garbled':
      return row.fingerprint === null ? fromVault(observation, write) : write(row.fingerprint, { kind: 'row' });
    case 'other':
      return NOTHING;
    case 'empty':
    case 'sealed-empty':
      return isClearedOnPurpose(observation, judgement) ? { kind: 'cleared' } : fromVault(observation, write);
    case 'closed':
      return row.ours ? fromVault(observation, write) : NOTHING;
    case 'absent':
    case 'null':
      return fromVault(observation, write);
  }
}

function fromVault(
  observation: Observation,
  write: (fingerprint: Fingerprint, source: RegistrationSource) => RegistrationPlan,
): RegistrationPlan {
  const found = keptRegistration(observation);
  if (found === null || found.kept.kind !== 'kept') return NOTHING;
  const { key, fingerprint } = found.kept;
  if (key === null) return { kind: 'held-back', why: 'identity-missing' };
  return write(fingerprint, { kind: 'generation', number: found.number });
}

/** The uid that GLPI Network knows this instance by, as the vault last saw it. */
export function knownUid({ vault }: Observation): string | null {
  for (const { database } of newestFirst(vault)) if (database?.glpiNetworkUuid) return database.glpiNetworkUuid;
  return null;
}

/**
 * A row is sealed with a key that opens what is there; in a database that holds no sealed value yet, with the live one,
 * for that is what GLPI reads it with.
 */
function isFit({ verdict, live, tested }: Judgement): boolean {
  if (live === null) return false;
  if (verdict === 'sound' || verdict === 'damaged' || verdict === 'mixed') return true;
  return verdict === 'unproven' && tested === 0;
}
