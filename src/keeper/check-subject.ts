import type { Settings } from '../config/settings.ts';
import type { Fingerprint } from '../core/brand.ts';
import { circumstancesAround } from '../core/circumstances.ts';
import { newestFirst } from '../core/history.ts';
import type { Circumstances } from '../core/receipt.ts';
import { isUsable } from '../core/security-key-age.ts';
import type { DatabaseTarget } from '../glpi/database/target.ts';
import { chooseDatabase } from './choose-database.ts';
import type { Reconciliation } from './reconcile.ts';

/** A registration key that GLPI can open, how things stand around it, and what is needed to read it again. */
export interface CheckSubject {
  /** Of the registration key. */
  readonly key: Fingerprint;
  readonly circumstances: Circumstances;
  readonly target: DatabaseTarget;
  /** The live security key first, then the others that are known. */
  readonly keys: readonly Buffer[];
  /** Content of GLPI's `local_define.php`; null where there is none. */
  readonly localDefine: string | null;
}

/**
 * What may be asked about after a pass: null while GLPI has no registration key that its security key opens, `unknown`
 * where the pass could not tell.
 */
export function subjectOf(result: Reconciliation, settings: Settings): CheckSubject | 'unknown' | null {
  const { pass, judgement } = result.after;
  const { observation, keyring } = pass;
  const { database } = observation;
  if (database.kind !== 'answers')
    return database.kind === 'none' || database.kind === 'unconfigured' ? null : 'unknown';
  if (database.installing) return 'unknown';
  const row = database.registrationRow;
  const live = judgement.live === null ? undefined : keyring.keys.get(judgement.live);
  if (row.kind !== 'opens' || row.under !== judgement.live || live === undefined) return null;
  // GLPI makes it at its first question, and sends it with every one.
  if (database.identity.glpiNetworkUuid === null) return null;
  if (!isUsable(judgement.verdict) || judgement.elsewhere !== null) return null;
  const choice = chooseDatabase(settings, observation.files, newestFirst(observation.vault));
  if (choice.kind !== 'target') return null;
  const file = observation.files['local_define.php'];
  const verdict = { at: observation.at, verdict: judgement.verdict, fingerprint: judgement.live };
  return {
    key: row.fingerprint,
    circumstances: circumstancesAround({
      row: pass.database.registrationRow,
      live: judgement.live,
      chronicle: observation.records.chronicle,
      verdict,
      container: result.container,
      version: database.version,
      replicated: result.platform === 'kubernetes' || settings.vault.protocol === 'kubernetes:',
    }),
    target: choice.target,
    keys: [live, ...[...keyring.keys.values()].filter((each) => each !== live)],
    localDefine: file.kind === 'regular' ? file.content.reveal().toString('utf8') : null,
  };
}
