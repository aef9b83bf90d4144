import type { Fingerprint, Sha256 } from './brand.ts';
import { DATABASE_FILE, GUARDED_FILES, type GuardedFile, KEY_FILE, OAUTH_PAIR } from './guarded-set.ts';
import { judgedFirst, keptFile, newestFirst, sourceOfFile } from './history.ts';
import type { Observation } from './observation.ts';
import type { Action, RestoreSource } from './plan.ts';
import type { Judgement } from './verdict.ts';

/**
 * Plans the optional files of the guarded set. Only absent ones come back; a live file that differs is an
 * administrator's and is captured. They come back only where the set as a whole was lost: the key or config_db.php is
 * absent, or the live key is not the instance's; absent alone, an administrator removed them. They go before the key
 * and config_db.php, so that a run killed between them still finds the set lost the next time.
 *
 * @param restored the key that is brought back in the same plan
 */
export function planOptionalFiles(
  observation: Observation,
  judgement: Judgement,
  restored: Fingerprint | null,
): Action[] {
  const { files } = observation;
  const key = restored ?? judgement.live;
  if (key === null) return [];
  if (restored === null && files[DATABASE_FILE].kind !== 'absent') return [];
  const actions: Action[] = [];
  for (const name of GUARDED_FILES) {
    if (name === KEY_FILE || name === DATABASE_FILE || isOauth(name)) continue;
    if (files[name].kind === 'absent') actions.push(...restore(observation, name, key));
  }
  return [...actions, ...planOauthPair(observation, key)];
}

/**
 * Plans an absent config_db.php: from the vault, or written from the environment's settings where the vault has none, or
 * where a person adopted the environment's database and the vault's copy names the one before it.
 *
 * @param restored the key that is brought back in the same plan
 */
export function planDatabaseFile(
  observation: Observation,
  judgement: Judgement,
  restored: Fingerprint | null,
): Action[] {
  const key = restored ?? judgement.live;
  // Without a key nothing comes back: GLPI's own first start has to come, which makes key and config_db.php together.
  if (key === null || observation.files[DATABASE_FILE].kind !== 'absent') return [];
  const { database, environmentDatabase, stage } = observation;
  // The vault's own copy may be the only thing that names this database: it has to connect, and to be GLPI's.
  if (database.kind === 'answers' && database.source === 'vault' && !database.glpi) return [];
  if (database.kind === 'unreachable' && database.source === 'vault' && stage === 'gate') return [];
  // Only the environment's own database answers for the environment's settings.
  const installed = database.kind === 'answers' && database.source === 'environment' && database.glpi;
  const written: Action[] =
    environmentDatabase && installed ? [{ action: 'write-database-settings', target: DATABASE_FILE }] : [];
  // The vault's copy would send GLPI, and the next pass, back to where the database was.
  if (hasMoved(judgement) && written.length > 0) return written;
  const kept = restore(observation, DATABASE_FILE, key);
  return kept.length > 0 ? kept : written;
}

function hasMoved({ elsewhere }: Judgement): boolean {
  return elsewhere?.member === 'address' || elsewhere?.member === 'schema';
}

/** Both halves, from one source, or none: tokens that GLPI issued depend on the pair. */
function planOauthPair(observation: Observation, key: Fingerprint): Action[] {
  const absent = OAUTH_PAIR.filter((name) => observation.files[name].kind === 'absent');
  const pair = sourceOfPair(observation, key);
  if (pair === null) return [];
  const present = OAUTH_PAIR.filter((name) => !absent.includes(name));
  if (!present.every((name) => sameContent(observation, name, pair.contents[name]))) return [];
  return absent.map((target) => restoreFrom(pair.source, target));
}

interface OauthPair {
  readonly source: RestoreSource;
  /** SHA-256 of each half. */
  readonly contents: Readonly<Record<(typeof OAUTH_PAIR)[number], Sha256 | null>>;
}

function sourceOfPair({ memory, database, vault }: Observation, key: Fingerprint): OauthPair | null {
  const [pem, pub] = [memory.files['oauth.pem'], memory.files['oauth.pub']];
  if (memory.trusted !== null && pem?.kind === 'regular' && pub?.kind === 'regular') {
    return { source: { kind: 'memory' }, contents: { 'oauth.pem': pem.sha256, 'oauth.pub': pub.sha256 } };
  }
  if (database.kind === 'deferred') return null;
  for (const generation of judgedFirst(newestFirst(vault), key)) {
    if (generation.removed.some(isOauth)) return null;
    const [keptPem, keptPub] = [keptFile(generation, 'oauth.pem'), keptFile(generation, 'oauth.pub')];
    if (keptPem === null || keptPub === null) continue;
    if (generation.sealed) return null;
    return {
      source: { kind: 'generation', number: generation.number, id: generation.id },
      contents: { 'oauth.pem': keptPem.sha256, 'oauth.pub': keptPub.sha256 },
    };
  }
  return null;
}

function restore(observation: Observation, target: GuardedFile, key: Fingerprint): Action[] {
  const remembered = observation.memory.files[target];
  if (observation.memory.trusted !== null && remembered?.kind === 'regular') {
    return [restoreFrom({ kind: 'memory' }, target)];
  }
  // Whether the vault belongs to this database is not known before the database was asked.
  if (observation.database.kind === 'deferred') return [];
  const generation = sourceOfFile(newestFirst(observation.vault), target, key);
  if (generation === null || generation.sealed) return [];
  return [restoreFrom({ kind: 'generation', number: generation.number, id: generation.id }, target)];
}

function restoreFrom(source: RestoreSource, target: GuardedFile): Action {
  return { action: 'restore-file', target, source, fingerprint: null, replace: false };
}

function sameContent(observation: Observation, name: GuardedFile, content: Sha256 | null): boolean {
  const live = observation.files[name];
  return live.kind === 'regular' && live.sha256 === content;
}

function isOauth(name: GuardedFile): boolean {
  return (OAUTH_PAIR as readonly GuardedFile[]).includes(name);
}
