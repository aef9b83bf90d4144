import { Failure } from '../core/failure.ts';
import { type ScheduleName, type ScheduleOutcome, scheduleDue } from '../core/schedule.ts';
import type { VaultOpener } from './look-at-vault.ts';
import { pause } from './pause.ts';
import { noteAttempt, noteOutcome, readScheduleRecord } from './schedule-record.ts';

/** Something that a watch does every so often. */
export interface ScheduledTask {
  readonly name: ScheduleName;
  /** In ms. */
  readonly interval: number;
  /** What goes wrong is part of the outcome. @throws the reason of `signal` */
  readonly run: (signal: AbortSignal) => Promise<Omit<ScheduleOutcome, 'at'>>;
}

export interface ScheduleParts {
  readonly tasks: readonly ScheduledTask[];
  readonly openVault: VaultOpener;
  /** Ms since 1970. */
  readonly now: () => number;
  readonly onOutcome: (name: ScheduleName, outcome: ScheduleOutcome) => void;
  /** An error that nobody foresaw; the schedule goes on. */
  readonly onError: (error: unknown) => void;
}

/** Looked at again after this at the latest, in ms: the clock may have been set meanwhile. */
const LONGEST_SLEEP = 3_600_000;
/** After a vault that cannot be used, which every pass tells by itself; and after an error that nobody foresaw. In ms. */
const AFTER_VAULT = 60_000;
const AFTER_ERROR = 900_000;

/**
 * Runs drills and exports beside the passes of a watch. What is due is read from the vault's records, so that neither a
 * restart nor a second keeper of the same vault does anything twice: it is claimed under the lease before it begins.
 */
export class Schedule {
  readonly #parts: ScheduleParts;
  #seen = false;
  #sleep = new AbortController();

  constructor(parts: ScheduleParts) {
    this.#parts = parts;
  }

  /** A pass has ended while GLPI runs: from here on tasks may begin. */
  begin(): void {
    if (this.#seen) return;
    this.#seen = true;
    this.#sleep.abort();
  }

  /** Runs until the signal is aborted; nothing that goes wrong ends it. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#sleep = new AbortController();
      const rest = this.#seen ? await this.#step(signal) : LONGEST_SLEEP;
      const until = AbortSignal.any([signal, this.#sleep.signal]);
      if (rest > 0) await pause(Math.min(rest, LONGEST_SLEEP), until).catch(() => undefined);
    }
  }

  /** Does what is due. @returns for how long nothing is, in ms */
  async #step(signal: AbortSignal): Promise<number> {
    const { tasks, now } = this.#parts;
    try {
      const dues: number[] = [];
      for (const task of tasks) dues.push(await this.#runIfDue(task, signal));
      return Math.max(0, Math.min(...dues) - now());
    } catch (error) {
      if (signal.aborted) return 0;
      if (error instanceof Failure && error.code.startsWith('vault-')) return AFTER_VAULT;
      this.#parts.onError(error);
      return AFTER_ERROR;
    }
  }

  /** @returns when it is due next, in ms since 1970 */
  async #runIfDue(task: ScheduledTask, signal: AbortSignal): Promise<number> {
    const { openVault, now, onOutcome } = this.#parts;
    const { name, interval, run } = task;
    const held = await readScheduleRecord(await openVault(), name);
    const due = scheduleDue(held, interval, now());
    if (due > now()) return due;
    if (!(await this.#claim(task, signal))) return now();
    const ended = await run(signal);
    const outcome: ScheduleOutcome = { ...ended, at: new Date(now()).toISOString() };
    const record = await this.#underLease(signal, (vault) => noteOutcome(vault, name, outcome));
    onOutcome(name, outcome);
    return scheduleDue(record, interval, now());
  }

  /** @returns false where another keeper was quicker */
  async #claim({ name, interval }: ScheduledTask, signal: AbortSignal): Promise<boolean> {
    const { now } = this.#parts;
    return await this.#underLease(signal, async (vault) => {
      const held = await readScheduleRecord(vault, name);
      if (scheduleDue(held, interval, now()) > now()) return false;
      await noteAttempt(vault, name, new Date(now()).toISOString());
      return true;
    });
  }

  async #underLease<T>(
    signal: AbortSignal,
    change: (vault: Awaited<ReturnType<VaultOpener>>) => Promise<T>,
  ): Promise<T> {
    const vault = await this.#parts.openVault();
    await using _ = await vault.lease(signal);
    return await change(vault);
  }
}
