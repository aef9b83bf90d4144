import type { Verdict } from '../core/verdict.ts';
import { keyIsSafe } from '../core/watch-health.ts';
import type { ActionReport } from '../keeper/apply.ts';
import type { CheckEvent } from '../keeper/registration-check.ts';
import type { WatchReport } from '../keeper/watch.ts';
import type { Announcement, Platform } from '../platform/platform.ts';

/**
 * Tells the people of the platform what matters of a watch: what was put back or written, a key that is no longer safe and
 * that is again, a registration key that is refused. What only a reader of the log needs is not told.
 */
export class Announcer {
  readonly #platform: Platform;
  readonly #signal: AbortSignal;
  #safe: boolean | null = null;

  constructor(platform: Platform, signal: AbortSignal) {
    this.#platform = platform;
    this.#signal = signal;
  }

  add({ result }: WatchReport, stage: 'gate' | 'guard' | 'ask'): void {
    for (const report of result.reports) this.#tell(ofAction(report));
    const { judgement, pass } = result.after;
    // The fast lane has not asked the database; and a gate that is shut is told when it ends the watch.
    if (pass.observation.database.kind === 'deferred' || stage !== 'guard') return;
    const safe = keyIsSafe(judgement);
    const before = this.#safe;
    this.#safe = safe;
    if (!safe && before !== false) this.#tell(unsafe(judgement.verdict, result.findings[0]));
    if (safe && before === false) {
      this.#tell({ type: 'Normal', reason: 'KeySafe', message: `the key is safe again (${judgement.verdict})` });
    }
  }

  addCheck(event: CheckEvent): void {
    if (event.kind !== 'asked' || event.answer.kind === 'valid' || event.answer.kind === 'failed') return;
    const { code, message, try: hint } = event.answer.cause;
    const told = `GLPI Network refuses registration key ${event.key}: ${message} (${code}). Try: ${hint}`;
    this.#tell({ type: 'Warning', reason: 'RegistrationRefused', message: told });
  }

  #tell(announcement: Announcement | null): void {
    if (announcement !== null) void this.#platform.announce?.(announcement, this.#signal);
  }
}

function unsafe(verdict: Verdict, finding: WatchReport['result']['findings'][number] | undefined): Announcement {
  const why = finding === undefined ? '' : `: ${finding.message} (${finding.code}). Try: ${finding.try}`;
  return { type: 'Warning', reason: 'KeyNotSafe', message: `the key is ${verdict}${why}` };
}

/** Null for what is routine: captures, and owners and modes put right. */
function ofAction({ action, target, done, detail }: ActionReport): Announcement | null {
  if (!done) return { type: 'Warning', reason: 'ActionFailed', message: `${action} ${target} failed: ${detail}` };
  const normal = (reason: string, what: string): Announcement => ({
    type: 'Normal',
    reason,
    message: `${what} ${target} (${detail})`,
  });
  switch (action) {
    case 'restore-file':
      return normal('FileRestored', 'put back');
    case 'write-database-settings':
      return normal('FileRestored', 'wrote');
    case 'reseal-values':
      return normal('ValuesResealed', 're-sealed');
    case 'rescue-values':
    case 'undo-rescue':
      return normal('ValuesRescued', 'brought back values in');
    case 'write-registration':
      return normal('RegistrationRestored', 'wrote');
    case 'rotate-key':
      return normal('KeyRotated', 'rotated');
    default:
      return null;
  }
}
