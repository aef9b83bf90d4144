import { Secret } from '../core/secret.ts';
import type { Database } from '../glpi/database/database.ts';
import type { GlpiProxySettings } from '../glpi/network/choose-proxy.ts';
import { openValue } from '../glpi/sealed-value.ts';
import type { CheckSubject } from './check-subject.ts';
import { CONNECT_TIMEOUT } from './choose-database.ts';

/** What GLPI's database says of a question to GLPI Network, read right before it is asked. */
export interface CheckFacts {
  readonly key: Secret<string>;
  /** `glpi_network_uuid`; null where GLPI has not made one yet. */
  readonly uid: string | null;
  /** GLPI's. */
  readonly version: string;
  /** A GLPI language, `fr_FR`. */
  readonly language: string;
  readonly proxy: GlpiProxySettings;
}

export type FactsReading =
  | { readonly kind: 'facts'; readonly facts: CheckFacts }
  /** The database does not answer now. */
  | { readonly kind: 'unreachable'; readonly message: string }
  /** The row is no longer what the last pass saw. */
  | { readonly kind: 'moved' };

/** GLPI's own default (`$CFG_GLPI['language']`, install/empty_data.php of 9.5 to 11.0). */
const DEFAULT_LANGUAGE = 'en_GB';

/** Reads only. The key is opened with GLPI's own security key alone, for that is what GLPI does. */
export async function readCheckFacts(subject: CheckSubject, signal: AbortSignal): Promise<FactsReading> {
  const { openDatabase } = await import('../glpi/database/open-database.ts');
  const opened = await openDatabase(subject.target, { connectTimeout: CONNECT_TIMEOUT, signal });
  if (opened.kind === 'unreachable') return opened;
  await using database = opened.database;
  try {
    return await readFacts(database, subject);
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'unreachable', message: error instanceof Error ? error.message : 'the database went away' };
  }
}

async function readFacts(database: Database, subject: CheckSubject): Promise<FactsReading> {
  const { row, uid } = await database.readRegistration();
  const { version } = await database.identify();
  const [live] = subject.keys;
  const clear = typeof row === 'string' || live === undefined ? null : openValue(row.value, live);
  if (clear === null || version === null) return { kind: 'moved' };
  const settings = await database.readNetworkSettings();
  const proxy = {
    name: settings.proxyName,
    port: settings.proxyPort,
    user: settings.proxyUser,
    password: openPassword(settings.sealedProxyPassword, subject.keys),
    exclusions: settings.proxyExclusions,
  };
  const language = settings.language ?? DEFAULT_LANGUAGE;
  return { kind: 'facts', facts: { key: new Secret(clear.toString('utf8')), uid, version, language, proxy } };
}

function openPassword(sealed: string | null, keys: readonly Buffer[]): Secret<string> | null {
  if (sealed === null) return null;
  for (const key of keys) {
    const clear = openValue(sealed, key);
    if (clear !== null) return new Secret(clear.toString('utf8'));
  }
  return null;
}
