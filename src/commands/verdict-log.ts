import type { Finding } from '../core/finding.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Keeper } from '../keeper/keeper.ts';
import type { WatchReport } from '../keeper/watch.ts';
import type { Logger } from '../report/logger.ts';

/** An unchanged state is said again after this, in ms. */
const AGAIN = 86_400_000;

/** Logs what a watch found and did: one line a transition, none for a pass that found nothing new. */
export class VerdictLog {
  readonly #logger: Logger;
  readonly #now: () => Date;
  #said = '';
  #saidAt = 0;

  constructor(logger: Logger, now: () => Date) {
    this.#logger = logger;
    this.#now = now;
  }

  /** @param before the verdict of the pass before, null for the first */
  add({ result, trigger, duration }: WatchReport, before: Verdict | null, keeper: Keeper): void {
    const { judgement, pass } = result.after;
    for (const { action, target, done, detail } of result.reports) {
      const fields = { action, target, detail, trigger, ms: Math.round(duration) };
      if (done) this.#logger.info('action done', fields);
      else this.#logger.error('action failed', fields);
    }
    // The fast lane has not asked the database: its verdict is no news.
    if (pass.observation.database.kind === 'deferred') return;
    const state = [judgement.verdict, judgement.live, keeper.stage, ...result.findings.map(nameOf)].join('\n');
    const time = this.#now().getTime();
    if (state === this.#said && time - this.#saidAt < AGAIN) return;
    this.#said = state;
    this.#saidAt = time;
    this.#logger.info('verdict', {
      verdict: judgement.verdict,
      before,
      key: judgement.live,
      opened: judgement.opened,
      tested: judgement.tested,
      stage: keeper.stage,
      generation: result.generation?.number ?? null,
      trigger,
    });
    for (const finding of result.findings) this.#say(finding);
  }

  #say({ severity, code, target, message, try: hint }: Finding): void {
    const fields = { code, target, finding: message, try: hint };
    if (severity === 'error') this.#logger.error('finding', fields);
    else if (severity === 'warning') this.#logger.warn('finding', fields);
    else this.#logger.info('finding', fields);
  }
}

function nameOf({ code, target }: Finding): string {
  return `${code} ${target}`;
}
