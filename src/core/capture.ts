import type { Generation } from './generation.ts';
import { DATABASE_FILE, GUARDED_FILES, type GuardedFile, KEY_FILE } from './guarded-set.ts';
import { keptFile, newestFirst, sourceOfFile } from './history.ts';
import type { Observation } from './observation.ts';
import { isClearedOnPurpose, keptRegistration } from './plan-registration.ts';
import type { Judgement } from './verdict.ts';

/**
 * Whether the live key, or malformed bytes in its place, are not in the vault yet. They go there whatever the verdict,
 * before anything could replace them.
 */
export function needsCaptureFirst({ vault, key, files }: Observation): boolean {
  if (vault.kind !== 'ready') return false;
  if (key.kind === 'well-formed') return !vault.generations.some((each) => each.fingerprint === key.fingerprint);
  // Malformed bytes are a regular file's; whatever else stands there cannot be read.
  const live = files[KEY_FILE];
  if (live.kind !== 'regular' || live.size === 0) return false;
  return !vault.generations.some((each) => keptFile(each, KEY_FILE)?.sha256 === live.sha256);
}

/**
 * What differs between the live instance and the vault's newest generation: a reason to write another. Empty where
 * nothing changed, or where the live key is none that should be called the instance's.
 */
export function captureReasons(observation: Observation, judgement: Judgement): string[] {
  const { vault } = observation;
  if (vault.kind !== 'ready') return [];
  // Verdicts of a well-formed key alone.
  const captured = ['sound', 'damaged', 'mixed', 'unproven'];
  if (!captured.includes(judgement.verdict)) return [];
  const newest = newestFirst(vault)[0];
  if (newest === undefined) return ['first'];
  const reasons = [...changedFiles(observation, newest), ...changedEvidence(observation, judgement, newest)];
  return [...new Set(reasons)];
}

/** Optional files that the vault would bring back and that are absent beside a live key and config_db.php. */
export function removedFiles({ files, vault, key }: Observation): GuardedFile[] {
  const generations = newestFirst(vault);
  const live = key.kind === 'well-formed' ? key.fingerprint : null;
  if (files[KEY_FILE].kind !== 'regular' || files[DATABASE_FILE].kind !== 'regular') return [];
  return GUARDED_FILES.filter((name) => {
    if (files[name].kind !== 'absent') return false;
    return sourceOfFile(generations, name, live) !== null || generations[0]?.removed.includes(name) === true;
  });
}

function changedFiles(observation: Observation, newest: Generation): string[] {
  const changed: string[] = removedFiles(observation).filter((name) => !newest.removed.includes(name));
  for (const name of GUARDED_FILES) {
    const live = observation.files[name];
    const kept = keptFile(newest, name);
    if (live.kind !== 'regular') continue;
    const { uid, gid, mode } = live.access;
    const sameAccess = kept !== null && kept.uid === uid && kept.gid === gid && kept.mode === mode;
    // Without an identity the content of a sealed generation cannot be compared; its key can, by fingerprint.
    const sameContent = kept !== null && (kept.sha256 === null ? kept.size === live.size : kept.sha256 === live.sha256);
    if (!sameAccess || !sameContent) changed.push(name);
  }
  return changed;
}

function changedEvidence(observation: Observation, judgement: Judgement, newest: Generation): string[] {
  const { database, key } = observation;
  const changed: string[] = [];
  if (key.kind === 'well-formed' && newest.fingerprint !== key.fingerprint) changed.push(KEY_FILE);
  if (judgement.real > 0 && newest.proof === null) changed.push('proof');
  if (database.kind !== 'answers') return changed;
  if (database.glpi && differsFrom(newest, database.identity)) changed.push('database');
  const kept = newest.registration.kind === 'kept' ? newest.registration.fingerprint : null;
  const known = keptRegistration(observation)?.kept.kind;
  const cleared = known === 'kept' && isClearedOnPurpose(observation, judgement);
  if (cleared || (database.registration !== null && database.registration !== kept)) changed.push('registration');
  if (database.escrowDigest !== null && database.escrowDigest !== newest.escrowDigest) changed.push('escrow');
  return changed;
}

function differsFrom(newest: Generation, found: NonNullable<Generation['database']>): boolean {
  const kept = newest.database;
  if (kept === null) return true;
  return (['address', 'schema', 'instanceUuid', 'glpiNetworkUuid'] as const).some(
    (member) => found[member] !== null && found[member] !== kept[member],
  );
}
