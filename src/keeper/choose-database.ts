import type { Settings } from '../config/settings.ts';
import { Failure } from '../core/failure.ts';
import type { Generation } from '../core/generation.ts';
import { DATABASE_FILE, type GuardedSet } from '../core/guarded-set.ts';
import { judgedFirst, keptFile } from '../core/history.ts';
import type { DatabaseSource } from '../core/observation.ts';
import { Secret } from '../core/secret.ts';
import { type DatabaseSettings, parseConfigDb } from '../glpi/config-db.ts';
import type { DatabaseTarget } from '../glpi/database/target.ts';

/** Longest wait for one connection to the database, in ms. */
export const CONNECT_TIMEOUT = 5_000;

export type DatabaseChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'unconfigured'; readonly problem: string | null }
  | { readonly kind: 'target'; readonly target: DatabaseTarget; readonly problem: string | null };

/**
 * Which database is asked: the setting; else the live config_db.php, for that is what GLPI uses; else the image's own
 * variables; else the vault's newest copy. `problem` says why a live config_db.php was passed over.
 *
 * @param generations newest first
 */
export function chooseDatabase(
  settings: Pick<Settings, 'database' | 'environmentDatabase'>,
  files: GuardedSet,
  generations: readonly Generation[],
): DatabaseChoice {
  const { database } = settings;
  if (database.kind === 'none') return { kind: 'none' };
  if (database.kind === 'url') {
    const { hosts, user, schema } = database;
    const password = database.password ?? new Secret('');
    return { kind: 'target', target: { source: 'setting', hosts, user, password, schema }, problem: null };
  }
  let problem: string | null = null;
  const live = files[DATABASE_FILE];
  if (live.kind === 'regular') {
    const parsed = parse(live.content.reveal());
    if (typeof parsed !== 'string') return { kind: 'target', target: targetOf(parsed, 'config_db.php'), problem };
    problem = parsed;
  }
  if (settings.environmentDatabase !== null) {
    return { kind: 'target', target: { source: 'environment', ...settings.environmentDatabase }, problem };
  }
  for (const generation of judgedFirst(generations, 'any')) {
    const content = keptFile(generation, DATABASE_FILE)?.content?.reveal();
    const parsed = content === undefined ? '' : parse(content);
    if (typeof parsed !== 'string') return { kind: 'target', target: targetOf(parsed, 'vault'), problem };
  }
  return { kind: 'unconfigured', problem };
}

function parse(content: Buffer): DatabaseSettings | string {
  try {
    return parseConfigDb(content.toString('utf8'));
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

function targetOf(settings: DatabaseSettings, source: DatabaseSource): DatabaseTarget {
  const { hosts, user, password, schema, ssl } = settings;
  return { source, hosts, user, password, schema, ...(ssl === undefined ? {} : { ssl }) };
}
