import type { KeptFile } from './generation.ts';
import { DATABASE_FILE, GUARDED_FILES, type GuardedFile, KEY_FILE, OAUTH_PAIR } from './guarded-set.ts';
import { keptFile, newestFirst, sourceOfFile } from './history.ts';
import type { Observation } from './observation.ts';
import type { Action, RestoreSource } from './plan.ts';
import type { Judgement } from './verdict.ts';

/**
 * Plans the files of the guarded set other than the key. Only absent ones come back; a live file that differs is an
 * administrator's and is captured. Optional ones come back only where the set as a whole was lost: the key or
 * config_db.php is absent, or the live key is not the instance's.
 *
 * @param keyRestored the key is brought back in the same plan
 */
export function planFiles(observation: Observation, judgement: Judgement, keyRestored: boolean): Action[] {
  const { files } = observation;
  const setLost = keyRestored || files[DATABASE_FILE].kind === 'absent' || files[KEY_FILE].kind === 'absent';
  const actions: Action[] = [];
  if (files[DATABASE_FILE].kind === 'absent') actions.push(...planDatabaseFile(observation, judgement, keyRestored));
  if (!setLost || judgement.firstInstall) return actions;
  for (const name of GUARDED_FILES) {
    if (name === KEY_FILE || name === DATABASE_FILE || isOauth(name)) continue;
    if (files[name].kind === 'absent') actions.push(...restore(observation, name));
  }
  return [...actions, ...planOauthPair(observation)];
}

function planDatabaseFile(observation: Observation, judgement: Judgement, keyRestored: boolean): Action[] {
  const { database, environmentDatabase } = observation;
  const keyThere = keyRestored || judgement.live !== null;
  const kept = restore(observation, DATABASE_FILE);
  // The vault's own copy may be the only thing that names this database: it has to connect, and the key to open it.
  if (database.kind === 'answers' && database.source === 'vault' && database.glpi && !keyThere) return [];
  if (database.kind === 'unreachable' && database.source === 'vault' && observation.stage === 'gate') return [];
  if (kept.length > 0) return kept;
  const installed = database.kind === 'answers' && database.glpi;
  // Without a key GLPI's own first start has to come: it makes both.
  if (!environmentDatabase || !installed || !keyThere) return [];
  return [{ action: 'write-database-settings', target: DATABASE_FILE }];
}

/** Both halves, from one generation, or none: tokens that GLPI issued depend on the pair. */
function planOauthPair(observation: Observation): Action[] {
  const absent = OAUTH_PAIR.filter((name) => observation.files[name].kind === 'absent');
  if (absent.length === 0) return [];
  const source = newestFirst(observation.vault).find((generation) =>
    OAUTH_PAIR.every((name) => keptFile(generation, name) !== null),
  );
  if (source === undefined || source.sealed || source.removed.some(isOauth)) return [];
  const present = OAUTH_PAIR.filter((name) => !absent.includes(name));
  const sameHalf = present.every((name) => sameContent(observation, name, keptFile(source, name)));
  if (!sameHalf) return [];
  const from: RestoreSource = { kind: 'generation', number: source.number, id: source.id };
  return absent.map((target) => ({
    action: 'restore-file',
    target,
    source: from,
    fingerprint: null,
    replace: false,
  }));
}

function restore(observation: Observation, target: GuardedFile): Action[] {
  const remembered = observation.memory.files[target];
  if (observation.memory.trusted !== null && remembered?.kind === 'regular') {
    return [{ action: 'restore-file', target, source: { kind: 'memory' }, fingerprint: null, replace: false }];
  }
  const generation = sourceOfFile(newestFirst(observation.vault), target);
  if (generation === null || generation.sealed) return [];
  const source: RestoreSource = { kind: 'generation', number: generation.number, id: generation.id };
  return [{ action: 'restore-file', target, source, fingerprint: null, replace: false }];
}

function sameContent(observation: Observation, name: GuardedFile, kept: KeptFile | null): boolean {
  const live = observation.files[name];
  return live.kind === 'regular' && kept !== null && live.sha256 === kept.sha256;
}

function isOauth(name: GuardedFile): boolean {
  return (OAUTH_PAIR as readonly GuardedFile[]).includes(name);
}
