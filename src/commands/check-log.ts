import type { CheckEvent } from '../keeper/registration-check.ts';
import type { Logger } from '../report/logger.ts';

type Asked = Extract<CheckEvent, { kind: 'asked' }>;
type Probed = Extract<CheckEvent, { kind: 'probed' }>;
type Refreshed = Extract<CheckEvent, { kind: 'refreshed' }>;

/** One line for each thing that the check of the registration key does: never the key, only its fingerprint. */
export class CheckLog {
  readonly #logger: Pick<Logger, 'info' | 'warn' | 'debug'>;

  constructor(logger: Pick<Logger, 'info' | 'warn' | 'debug'>) {
    this.#logger = logger;
  }

  add(event: CheckEvent): void {
    switch (event.kind) {
      case 'asked':
        this.#addAnswer(event);
        break;
      case 'probed':
        this.#addProbe(event);
        break;
      case 'refreshed':
        this.#addRefresh(event);
        break;
    }
  }

  #addAnswer({ key, reason, answer }: Asked): void {
    if (answer.kind === 'valid') {
      const { owner, subscription } = answer;
      const known = { owner, subscription: subscription?.title ?? null, days: subscription?.daysLeft ?? null };
      this.#logger.info('GLPI Network calls the registration key valid', { key, reason, ...known });
      return;
    }
    const { code, message, try: hint } = answer.cause;
    const failed = answer.kind === 'failed';
    const line = failed ? 'GLPI Network could not be asked about the registration key' : 'GLPI Network refuses the key';
    this.#logger.warn(line, { key, reason, code, finding: message, try: hint });
  }

  #addProbe({ key, cause }: Probed): void {
    if (cause === null) this.#logger.info('GLPI Network can be reached again', { key });
    else this.#logger.debug('GLPI Network cannot be reached yet', { key, code: cause.code });
  }

  #addRefresh({ key, owed, detail }: Refreshed): void {
    this.#logger.info('GLPI is to see the answer about its key', { key, because: owed.join(', '), detail });
  }
}
