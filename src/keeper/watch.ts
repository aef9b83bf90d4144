import { GUARDED_FILES } from '../core/guarded-set.ts';
import { watchDirectory } from '../files/watch-directory.ts';
import type { Platform } from '../platform/platform.ts';
import type { Held } from './hold-gate.ts';
import type { Keeper } from './keeper.ts';
import { LoopPulse } from './loop-pulse.ts';
import { pause } from './pause.ts';
import type { PodGate } from './pod-gate.ts';
import type { Reconciliation } from './reconcile.ts';
import { RetrySchedule } from './retry-schedule.ts';

export type Trigger = 'start' | 'file' | 'container' | 'timer' | 'signal' | 'http' | 'vault';

export interface WatchReport {
  readonly trigger: Trigger;
  readonly result: Reconciliation;
  /** Milliseconds from the trigger to the end of the reconcile. */
  readonly duration: number;
}

export interface WatchOptions {
  readonly keeper: Keeper;
  readonly platform: Platform;
  readonly monotonic: () => number;
  readonly signal: AbortSignal;
  /** Where a blocked gate ends the watch; else it stays, and looks again each second. */
  readonly podGate?: PodGate | undefined;
  /** Calls back when others changed the vault, until the signal is aborted. */
  readonly followVault?: (onChange: () => void, signal: AbortSignal) => void;
  readonly onResult: (report: WatchReport) => void;
  /** An error that is nobody's plan: the watch goes on, and is unhealthy until a reconcile succeeds. */
  readonly onError: (error: unknown) => void;
}

/** Reconciles follow each other no faster than this, in ms, however many events come in. */
const GAP = 200;
/** After a look at the files because of an event, the next one because of another waits so long, in ms. */
const LOOK_GAP = 10;
/** How long it waits before it asks again while GLPI's start waits for the gate, in ms. */
const RETRY_GATE = 1_000;

/**
 * The watch: every trigger only asks for a reconcile, and what a trigger missed the timer finds. File events have a
 * fast lane before that, which puts a trusted file back without waiting for the database.
 */
export class Watch {
  readonly #options: WatchOptions;
  readonly #pulse: LoopPulse;
  readonly #retries: RetrySchedule;
  #asked: Trigger | null = 'start';
  #askedAt: number;
  #wake: () => void = () => undefined;
  #looking = false;
  #fileEvent = false;
  #waiters: PromiseWithResolvers<WatchReport>[] = [];
  #held: Held | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#askedAt = options.monotonic();
    this.#pulse = new LoopPulse(options.keeper.settings, options.monotonic);
    this.#retries = new RetrySchedule(options.keeper.settings.interval);
  }

  /** How long the loop has stood still, in ms; null while it goes on. */
  stalledFor(): number | null {
    return this.#pulse.stalledFor();
  }

  /** Asks for a reconcile; several requests before it starts are one. */
  ask(trigger: Trigger): void {
    if (this.#asked === null) {
      this.#asked = trigger;
      this.#askedAt = this.#options.monotonic();
    }
    this.#wake();
  }

  /** Asks for a reconcile and resolves with the report of the one that follows. */
  async runNow(trigger: Trigger): Promise<WatchReport> {
    const waiter = Promise.withResolvers<WatchReport>();
    this.#waiters.push(waiter);
    this.ask(trigger);
    return await waiter.promise;
  }

  /** Runs until the signal is aborted (null), or until a blocked gate ends it. */
  async run(): Promise<Held | null> {
    const { keeper, platform, signal } = this.#options;
    const { configDir } = keeper.settings;
    await using _ = await watchDirectory(configDir, GUARDED_FILES, () => void this.#onFileEvent());
    platform.follow(() => this.ask('container'), signal);
    this.#options.followVault?.(() => this.ask('vault'), signal);
    while (!signal.aborted) {
      await this.#nextRequest();
      if (signal.aborted) return null;
      await this.#reconcile();
      if (this.#held !== null) return this.#held;
      await pause(GAP, signal).catch(() => undefined);
    }
    return null;
  }

  /** Somebody may make events faster than files are looked at: what comes during a look is one more look, not a queue. */
  async #onFileEvent(): Promise<void> {
    this.#fileEvent = true;
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#fileEvent && !this.#options.signal.aborted) {
        this.#fileEvent = false;
        await this.#putBack();
        await pause(LOOK_GAP, this.#options.signal).catch(() => undefined);
      }
    } finally {
      this.#looking = false;
    }
  }

  async #putBack(): Promise<void> {
    const { keeper, signal, monotonic, onResult, onError } = this.#options;
    const started = monotonic();
    try {
      const result = await keeper.putBackAtOnce(signal);
      if (result !== null) onResult({ trigger: 'file', result, duration: monotonic() - started });
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
    this.ask('file');
  }

  async #reconcile(): Promise<void> {
    const { keeper, signal, monotonic, onResult, onError } = this.#options;
    this.#pulse.passBegins();
    const trigger = this.#asked ?? 'timer';
    const started = this.#asked === null ? monotonic() : this.#askedAt;
    this.#asked = null;
    // Whoever asks from here on waits for the next pass: this one may have looked already.
    const waiters = this.#waiters;
    this.#waiters = [];
    try {
      const result = await keeper.reconcile(signal);
      this.#retries.passEnded(mayPass(result));
      this.#holdGate(result);
      const report = { trigger, result, duration: monotonic() - started };
      onResult(report);
      for (const waiter of waiters) waiter.resolve(report);
    } catch (error) {
      for (const waiter of waiters) waiter.reject(error);
      if (!signal.aborted) onError(error);
    } finally {
      this.#pulse.passEnds();
    }
  }

  #holdGate(result: Reconciliation): void {
    const { keeper, podGate } = this.#options;
    if (keeper.stage !== 'gate') return;
    const decision = keeper.decide(result);
    if (decision.gate === 'open' || podGate?.isOver(result) === true) {
      keeper.guard();
      this.ask('start');
      return;
    }
    if (podGate?.endsWith(result, decision) === true) this.#held = { result, decision };
  }

  /** How long to wait for somebody to ask, in ms, before the timer does. */
  #patience(): number {
    const { keeper } = this.#options;
    return keeper.stage === 'gate' ? Math.min(RETRY_GATE, keeper.settings.interval) : this.#retries.wait;
  }

  /** Resolves when somebody asked, or when the timer says it is time. */
  async #nextRequest(): Promise<void> {
    if (this.#asked !== null) return;
    const { signal } = this.#options;
    const limit = this.#patience();
    using woken = new Waker();
    this.#wake = woken.wake;
    await Promise.race([woken.promise, pause(limit, AbortSignal.any([signal, woken.signal])).catch(() => undefined)]);
  }
}

/** A promise that {@link Waker.wake} resolves, with a signal that ends the timer beside it. */
class Waker implements Disposable {
  readonly #controller = new AbortController();
  readonly #resolvers = Promise.withResolvers<void>();

  readonly wake = (): void => this.#resolvers.resolve();

  get promise(): Promise<void> {
    return this.#resolvers.promise;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#controller.abort();
  }
}

/**
 * States that end without anybody doing something here. Rows under two keys are one of them: a rotation that is slower
 * than the settle time holds still for two passes and goes on.
 */
function mayPass({ after, outcome }: Reconciliation): boolean {
  const { databaseSilent, movable } = after.judgement;
  return databaseSilent || movable.length > 0 || outcome.unsettled || outcome.vaultFailed;
}
