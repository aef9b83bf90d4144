import { EXIT, type ExitCode } from './exit-code.ts';
import { DATABASE_FILE } from './guarded-set.ts';
import { everProven, newestFirst } from './history.ts';
import type { Observation } from './observation.ts';
import type { Obstacle } from './plan.ts';
import type { Judgement } from './verdict.ts';

/** How applying the plan went. `failed` names the part that did not work; the findings say why. */
export interface Outcome {
  readonly obstacle: Obstacle | null;
  readonly reseal: 'none' | 'done' | 'failed';
  /** A guarded file could not be written. */
  readonly writeFailed: boolean;
  /** Owner or mode stand so that GLPI cannot read its key, and could not be repaired. */
  readonly accessFailed: boolean;
  /** The vault could not take what had to go there. */
  readonly vaultFailed: boolean;
  /** The rows did not hold still for two passes within the wait. */
  readonly unsettled: boolean;
}

export interface GateDecision {
  readonly gate: 'open' | 'blocked';
  readonly exitCode: ExitCode;
  /** What would have been the exit code with `KEYKEEPER_GATE=enforce`. */
  readonly enforced: ExitCode;
}

/**
 * Decides whether GLPI may start, after the plan was applied and everything was observed again.
 *
 * @param mode `warn` opens always; `enforced` then says what it would have done
 */
export function decideGate(
  observation: Observation,
  judgement: Judgement,
  outcome: Outcome,
  mode: 'enforce' | 'warn',
): GateDecision {
  const enforced = blockingCode(observation, judgement, outcome);
  if (mode === 'warn' || enforced === EXIT.done) return { gate: 'open', exitCode: EXIT.done, enforced };
  return { gate: 'blocked', exitCode: enforced, enforced };
}

function blockingCode(observation: Observation, judgement: Judgement, outcome: Outcome): ExitCode {
  const { vault } = observation;
  if (judgement.elsewhere !== null || judgement.breaksGlpi) return EXIT.choose;
  if (outcome.accessFailed || isWithoutDatabaseFile(observation, outcome)) return EXIT.access;
  const vaultBroken = vault.kind === 'broken' || outcome.vaultFailed;
  switch (judgement.verdict) {
    case 'sound':
    case 'damaged':
      return EXIT.done;
    case 'unproven':
      if (judgement.databaseSilent) return EXIT.databaseUnreachable;
      return vaultBroken ? EXIT.vault : EXIT.done;
    case 'mixed':
      // Half the rows under another key: GLPI 11 would let users in without their second factor.
      return outcome.reseal === 'failed' || outcome.unsettled ? EXIT.choose : EXIT.done;
    case 'unreadable':
      return EXIT.access;
    case 'lost':
      return lostCode(observation, judgement, outcome, vaultBroken);
    case 'missing':
    case 'malformed':
    case 'wrong':
      if (judgement.firstInstall && !vaultBroken) return EXIT.done;
      return withoutKeyCode(judgement, outcome, vaultBroken);
  }
}

/** Beside a key that fits, too: where config_db.php is absent, the official image installs anew, and with that makes a new key. */
function isWithoutDatabaseFile({ files }: Observation, { writeFailed }: Outcome): boolean {
  return writeFailed && files[DATABASE_FILE].kind === 'absent';
}

function lostCode(observation: Observation, judgement: Judgement, outcome: Outcome, vaultBroken: boolean): ExitCode {
  if (vaultBroken || outcome.obstacle === 'identity-missing') return EXIT.vault;
  if (judgement.live === null) return EXIT.lost;
  // Never proven here: the secrets were dead before Keykeeper came, and the helpdesk stays up.
  return everProven(newestFirst(observation.vault)) ? EXIT.lost : EXIT.done;
}

function withoutKeyCode(judgement: Judgement, outcome: Outcome, vaultBroken: boolean): ExitCode {
  if (outcome.obstacle === 'tie' || outcome.obstacle === 'several-untested') return EXIT.choose;
  if (outcome.writeFailed) return EXIT.access;
  if (vaultBroken || outcome.obstacle === 'identity-missing' || outcome.obstacle === 'vault-broken') return EXIT.vault;
  if (judgement.databaseSilent) return EXIT.databaseUnreachable;
  return EXIT.choose;
}
