import type { Keeper } from '../../../src/keeper/keeper.ts';
import { type Trigger, Watch, type WatchReport } from '../../../src/keeper/watch.ts';
import { noPlatform } from '../../../src/platform/none.ts';
import type { Platform } from '../../../src/platform/platform.ts';

/** A watch that runs in this process, and everything it reported. */
export interface RunningWatch extends AsyncDisposable {
  readonly reports: readonly WatchReport[];
  ask(trigger: Trigger): void;
  /** Resolves with the first report, from now on or already there, that fits. */
  until(fits: (report: WatchReport) => boolean): Promise<WatchReport>;
}

export function runWatch(keeper: Keeper, platform: Platform = noPlatform()): RunningWatch {
  const controller = new AbortController();
  const reports: WatchReport[] = [];
  const errors: unknown[] = [];
  const listeners = new Set<() => void>();
  const watch = new Watch({
    keeper,
    platform,
    monotonic: () => performance.now(),
    signal: controller.signal,
    onResult: (report) => {
      reports.push(report);
      for (const listener of listeners) listener();
    },
    onError: (error) => errors.push(error),
  });
  const running = watch.run();
  return {
    reports,
    ask: (trigger) => watch.ask(trigger),
    until: (fits) => firstFitting(reports, listeners, fits),
    [Symbol.asyncDispose]: async () => {
      controller.abort();
      await running;
      if (errors.length > 0) throw errors[0];
    },
  };
}

async function firstFitting(
  reports: readonly WatchReport[],
  listeners: Set<() => void>,
  fits: (report: WatchReport) => boolean,
): Promise<WatchReport> {
  const { promise, resolve } = Promise.withResolvers<WatchReport>();
  const check = () => {
    const found = reports.find(fits);
    if (found !== undefined) resolve(found);
  };
  listeners.add(check);
  try {
    check();
    return await promise;
  } finally {
    listeners.delete(check);
  }
}
