import type { Settings } from '../config/settings.ts';
import type { Finding } from '../core/finding.ts';
import { newestFirst } from '../core/history.ts';
import type { Judgement } from '../core/verdict.ts';
import type { ColumnSearch, FoundPlace, SearchProgress } from '../glpi/database/search-columns.ts';
import { CONNECT_TIMEOUT, chooseDatabase } from './choose-database.ts';
import type { Pass } from './observe.ts';

export interface DeepSearch {
  readonly settings: Settings;
  /** An observation with every key that is known; what it judged the database to be. */
  readonly pass: Pass;
  readonly judgement: Judgement;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SearchProgress) => void;
}

export type DeepResult = { readonly kind: 'searched'; readonly search: ColumnSearch } | NotSearched;

interface NotSearched {
  readonly kind: 'not-searched';
  /** The end of a sentence. */
  readonly reason: string;
}

/** For one window of a table on a slow server, in ms. */
const WINDOW_TIMEOUT = 600_000;

/**
 * Looks through every text column of the instance's database for values that a known key opens. Reads only.
 *
 * @throws Failure `database-lost` when the server goes away on the way; the signal's reason, when aborted
 */
export async function searchDeep({ settings, pass, judgement, signal, onProgress }: DeepSearch): Promise<DeepResult> {
  const { observation, keyring } = pass;
  if (observation.database.kind !== 'answers') return { kind: 'not-searched', reason: 'no database answers' };
  if (judgement.elsewhere !== null)
    return { kind: 'not-searched', reason: 'this is another database than the one of the vault' };
  if (keyring.keys.size === 0) return { kind: 'not-searched', reason: 'no key is known to try' };
  const choice = chooseDatabase(settings, observation.files, newestFirst(observation.vault));
  if (choice.kind !== 'target') return { kind: 'not-searched', reason: 'no database is configured' };
  const { openDatabase } = await import('../glpi/database/open-database.ts');
  const limits = { connectTimeout: CONNECT_TIMEOUT, queryTimeout: WINDOW_TIMEOUT, signal };
  const opened = await openDatabase(choice.target, limits);
  if (opened.kind === 'unreachable') return { kind: 'not-searched', reason: opened.message };
  await using database = opened.database;
  const { places } = observation.records;
  return { kind: 'searched', search: await database.searchColumns({ keys: keyring.keys, places, onProgress }) };
}

/** What a person is told of a search. `remembered`: what was found is in the vault now. */
export function deepFindings(result: DeepResult, remembered: boolean): Finding[] {
  if (result.kind === 'not-searched') {
    return [
      {
        code: 'deep-not-searched',
        severity: 'warning',
        target: 'database',
        message: `the columns were not looked through: ${result.reason}`,
        try: 'mend what the other findings say, and run it again',
      },
    ];
  }
  const { found } = result.search;
  const usable = found.filter((each) => each.obstacle === null);
  const findings: Finding[] = found.filter((each) => each.obstacle !== null).map(unsupported);
  if (usable.length === 0) return findings;
  const what = remembered ? 'they are kept and moved with the key from now on' : 'nothing keeps them yet';
  findings.push({
    code: 'deep-found',
    severity: 'info',
    target: usable.map(({ place }) => describePlace(place)).join(', '),
    message: `sealed values stand where nobody names them: ${what}`,
    try: remembered ? '' : 'keykeeper capture --deep',
  });
  return findings;
}

function unsupported({ place, values, obstacle }: FoundPlace): Finding {
  return {
    code: 'deep-unsupported',
    severity: 'warning',
    target: describePlace(place),
    message: `${values} sealed ${values === 1 ? 'value' : 'values'} can neither be kept nor moved with the key: ${obstacle}`,
    try: 'type them in again in the plugin whenever the key changes',
  };
}

/** `glpi_plugin_x.secret`, `glpi_plugin_x.settings $.secret`, `glpi_configs core/odd`. */
export function describePlace({ table, column, jsonPath, context, name }: FoundPlace['place']): string {
  const place = context === undefined ? `${table}.${column}` : `${table} ${context}/${name ?? ''}`;
  return jsonPath === undefined ? place : `${place} ${jsonPath}`;
}
