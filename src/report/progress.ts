import type { Logger } from './logger.ts';

/** Silence before the first line, in ms: what is quicker needs none. */
const PATIENCE = 2_000;
/** Between two rewritten lines on a terminal, in ms. */
const REWRITE = 250;
/** Between two log lines elsewhere, in ms. */
const REPEAT = 10_000;
const ERASE_LINE = '\r\u001b[2K';

export interface ProgressOutput {
  /** Standard error. */
  readonly stream: { readonly isTTY?: boolean; readonly columns?: number | undefined; write(text: string): unknown };
  readonly logger: Pick<Logger, 'info'>;
}

/**
 * Shows that something takes its time: nothing for two seconds, then one line that is rewritten in place on a terminal,
 * or a log line every ten seconds elsewhere. Ends, and wipes the line, when it is disposed.
 *
 * @param what static, "waiting for the database" for one
 * @param more asked each time: what changes, "db:3306, 14 of 120 s" for one; never a secret
 */
export function showProgress(what: string, more: () => string, output: ProgressOutput): Disposable {
  const { stream, logger } = output;
  let shown = false;
  let repeat: NodeJS.Timeout | undefined;
  const show = () => {
    if (stream.isTTY !== true) {
      logger.info(what, { progress: more() });
      return;
    }
    shown = true;
    stream.write(`${ERASE_LINE}${`${what}: ${more()}`.slice(0, (stream.columns ?? 80) - 1)}`);
  };
  const first = setTimeout(() => {
    show();
    repeat = setInterval(show, stream.isTTY === true ? REWRITE : REPEAT);
  }, PATIENCE);
  return {
    [Symbol.dispose]() {
      clearTimeout(first);
      clearInterval(repeat);
      if (shown) stream.write(ERASE_LINE);
    },
  };
}
