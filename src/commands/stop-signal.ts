/** The wish of whoever started the process that it ends. */
export interface Stop {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** 128 and the signal's number once one came, as shells count; null before. */
  readonly exitCode: number | null;
}

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

type Source = Pick<NodeJS.Process, 'on' | 'off'>;

/**
 * Follows SIGTERM and SIGINT, which have no default for PID 1 (signal(7), pid_namespaces(7)): the first asks for a
 * graceful end, the second ends at once. Stops following when disposed.
 *
 * @param exit ends the process
 */
export function followStopSignals(source: Source, exit: (code: number) => void): Stop & Disposable {
  const controller = new AbortController();
  let exitCode: number | null = null;
  const onSignal = (name: NodeJS.Signals) => {
    const code = 128 + (name === 'SIGINT' ? NUMBERS.SIGINT : NUMBERS.SIGTERM);
    if (exitCode !== null) exit(code);
    exitCode ??= code;
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) source.on(name, onSignal);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]() {
      for (const name of ['SIGINT', 'SIGTERM'] as const) source.off(name, onSignal);
    },
  };
}
