import { DATABASE_FILE, type FileState, GUARDED_FILES, type GuardedFile, KEY_FILE } from '../core/guarded-set.ts';
import type { Memory, Observation } from '../core/observation.ts';
import type { Judgement } from '../core/verdict.ts';

export const NOTHING_REMEMBERED: Memory = { trusted: null, files: {} };

/**
 * What a watch remembers after a judgement: the guarded files as they are under a verdict that trusts the live key. A
 * key that is no longer the trusted one, or whose rows are under two keys, makes it forget: it may be a rotation.
 */
export function remember(before: Memory, observation: Observation, judgement: Judgement): Memory {
  if (isTrusted(observation, judgement)) return { trusted: judgement.live, files: regularFiles(observation) };
  const same = judgement.live !== null && judgement.live === before.trusted && judgement.verdict === 'unproven';
  if (same) return { trusted: before.trusted, files: { ...before.files, ...regularFiles(observation) } };
  return judgement.live === null ? before : NOTHING_REMEMBERED;
}

/** Takes back what a mere look at the files contradicts: a key or a database file that is another one now. */
export function doubt(before: Memory, observation: Observation): Memory {
  const { key, files } = observation;
  if (key.kind === 'well-formed' && key.fingerprint !== before.trusted) return NOTHING_REMEMBERED;
  const remembered = { ...before.files };
  for (const name of GUARDED_FILES) {
    if (name === KEY_FILE) continue;
    const known = remembered[name];
    const now = files[name];
    if (now.kind === 'regular' && known?.kind === 'regular' && known.sha256 !== now.sha256) delete remembered[name];
  }
  return { trusted: before.trusted, files: remembered };
}

/** Whether the fast path has something to put back: a trusted file that vanished, or a key of a wrong length. */
export function isMissed(memory: Memory, observation: Observation): boolean {
  if (memory.trusted === null) return false;
  if (observation.key.kind === 'absent' || observation.key.kind === 'malformed') return true;
  return observation.files[DATABASE_FILE].kind === 'absent' && memory.files[DATABASE_FILE]?.kind === 'regular';
}

function isTrusted({ database }: Observation, judgement: Judgement): boolean {
  if (judgement.elsewhere !== null || judgement.live === null) return false;
  if (judgement.verdict === 'sound' || judgement.verdict === 'damaged') return true;
  return judgement.verdict === 'unproven' && database.kind === 'none';
}

function regularFiles({ files }: Observation): Partial<Record<GuardedFile, FileState>> {
  const found: Partial<Record<GuardedFile, FileState>> = {};
  for (const name of GUARDED_FILES) if (files[name].kind === 'regular') found[name] = files[name];
  return found;
}
