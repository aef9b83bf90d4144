import type { Finding } from '../core/finding.ts';
import { KEY_FILE } from '../core/guarded-set.ts';
import { mayRescue } from '../core/plan-rescue.ts';
import { withOtherConfig } from '../core/presence.ts';
import { presenceOf } from '../keeper/presence-record.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';

/** Why a key is not rotated as things stand; null where it may be. `force`: other watches have been looked after. */
export function whyNotRotate({ after }: Reconciliation, force: boolean): Finding | null {
  const { observation } = after.pass;
  const { database, vault, records } = observation;
  if (database.kind === 'answers' && database.installing)
    return refusal('an installation or update of GLPI is on its way', 'wait until it is done, then run it again');
  if (vault.kind === 'ready' && vault.generations.some((each) => each.sealed))
    return refusal(
      'the vault is encrypted and no configured identity opens it: a rotation that is killed could not be ended',
      'set KEYKEEPER_AGE_IDENTITY_FILE to the file with the AGE-SECRET-KEY',
    );
  if (!mayRescue(observation, after.judgement))
    return refusal(
      `the verdict is ${after.judgement.verdict}: a key is rotated only where the live one opens what the database holds`,
      'keykeeper status says what is in the way',
    );
  const me = presenceOf(observation);
  const [other] = me === null || force ? [] : withOtherConfig(records.presence, me);
  if (other === undefined) return null;
  return refusal(
    `a watch on ${other.host} saw another key file than this one at ${other.at}: that replica would keep the old key`,
    'let all replicas share one config directory; if it is gone, or was this one before a change of the file, wait 15 minutes or add --force',
  );
}

function refusal(message: string, hint: string): Finding {
  return { code: 'rotation-refused', severity: 'error', target: KEY_FILE, message, try: hint };
}
