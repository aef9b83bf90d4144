import { removedFiles } from '../core/capture.ts';
import type { DatabaseIdentity, Generation, GenerationDraft, KeptRegistration, Proof } from '../core/generation.ts';
import { GUARDED_FILES, type GuardedSet } from '../core/guarded-set.ts';
import { newestFirst } from '../core/history.ts';
import { isClearedOnPurpose } from '../core/plan-registration.ts';
import type { Judgement } from '../core/verdict.ts';
import { registrationFingerprint } from '../glpi/registration-key.ts';
import type { Pass } from './observe.ts';

/**
 * The generation that records an instance as it was just judged.
 *
 * @param now RFC 3339, UTC
 */
export function draftOf(
  pass: Pass,
  judgement: Judgement,
  instance: string,
  reason: string,
  now: string,
): GenerationDraft {
  const { observation } = pass;
  const newest = newestFirst(observation.vault)[0] ?? null;
  const { database } = observation;
  return {
    instance,
    reason,
    fingerprint: judgement.live,
    proof: proofOf(judgement, now),
    database:
      database.kind === 'answers' && database.glpi ? identityOf(database.identity, newest) : (newest?.database ?? null),
    glpiVersion: (database.kind === 'answers' ? database.version : null) ?? newest?.glpiVersion ?? null,
    files: keptFiles(observation.files),
    removed: removedFiles(observation),
    registration: registrationOf(pass, judgement, newest),
    accepted: newest?.accepted ?? [],
    verdict: judgement.verdict,
    escrow: pass.database.escrow ?? 'inherit',
  };
}

/**
 * The generation that saves live bytes before anything replaces them: no proof, and no word on which database is the
 * instance's.
 */
export function draftOfBytes(pass: Pass, judgement: Judgement, instance: string): GenerationDraft {
  const newest = newestFirst(pass.observation.vault)[0] ?? null;
  return {
    instance,
    reason: 'capture-first',
    fingerprint: judgement.live,
    proof: null,
    database: null,
    glpiVersion: newest?.glpiVersion ?? null,
    files: keptFiles(pass.observation.files),
    removed: [],
    registration: inheritRegistration(newest),
    accepted: newest?.accepted ?? [],
    verdict: judgement.verdict,
    escrow: 'inherit',
  };
}

function keptFiles(files: GuardedSet): GenerationDraft['files'] {
  const kept: GenerationDraft['files'][number][] = [];
  for (const name of GUARDED_FILES) {
    const state = files[name];
    if (state.kind !== 'regular') continue;
    const { uid, gid, mode } = state.access;
    kept.push({ name, uid, gid, mode, size: state.size, content: state.content });
  }
  return kept;
}

function proofOf(judgement: Judgement, at: string): Proof | null {
  if (judgement.real === 0) return null;
  const { tested, opened, real } = judgement;
  return { tested, opened, real, at };
}

/** What the database does not say any more is still known: a uuid once seen is kept. */
function identityOf(found: DatabaseIdentity, newest: Generation | null): DatabaseIdentity {
  const { address, schema } = found;
  const same = newest?.database?.address === address && newest.database.schema === schema;
  if (!same) return found;
  return {
    address,
    schema,
    instanceUuid: found.instanceUuid ?? newest?.database?.instanceUuid ?? null,
    glpiNetworkUuid: found.glpiNetworkUuid ?? newest?.database?.glpiNetworkUuid ?? null,
  };
}

function registrationOf(pass: Pass, judgement: Judgement, newest: Generation | null): KeptRegistration {
  const { registration } = pass.database;
  if (isClearedOnPurpose(pass.observation, judgement)) return { kind: 'cleared' };
  if (registration === null) return inheritRegistration(newest);
  return { kind: 'kept', key: registration, fingerprint: registrationFingerprint(registration.reveal()) };
}

/** A key that no identity opens cannot be written again; the generation that holds it stays. */
export function inheritRegistration(newest: Generation | null): KeptRegistration {
  if (newest === null) return { kind: 'unknown' };
  const { registration } = newest;
  return registration.kind === 'kept' && registration.key === null ? { kind: 'unknown' } : registration;
}
