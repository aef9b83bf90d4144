import type { Finding, Severity } from '../core/finding.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Keeper } from '../keeper/keeper.ts';
import type { CheckState } from '../keeper/registration-check.ts';
import type { WatchReport } from '../keeper/watch.ts';
import { registrationStatus } from '../report/http/registration-status.ts';
import { scheduleStatus } from '../report/http/schedule-status.ts';
import type { StatusDocument } from '../report/http/status-document.ts';
import {
  ACTION_NAMES,
  type ActionName,
  type MetricsSnapshot,
  TRIGGERS,
  type Trigger,
} from '../report/metrics-snapshot.ts';
import type { ProbeAnswer } from '../report/probe/probe-view.ts';
import { NO_REGISTRATION, registrationFigures } from '../report/registration-metrics.ts';
import { scheduleFigures } from '../report/schedule-metrics.ts';
import { type PassSummary, summarizePass } from './pass-summary.ts';

/** Passes may stay away for this many intervals before the loop counts as stalled. */
const STALLED_AFTER_INTERVALS = 3;

const NO_VAULT = { state: 'unknown', generations: 0, damaged: 0 } as const;

interface Last {
  readonly summary: PassSummary;
  readonly trigger: Trigger;
  readonly at: Date;
  /** Monotonic, in ms. */
  readonly monotonic: number;
}

/**
 * What a watch has done so far: answers for health, status and metrics, all from what the last pass found. Health
 * measures the outcome's age and truth, not that the process is alive.
 */
export class WatchRecord {
  readonly #keeper: Keeper;
  readonly #version: string;
  readonly #now: () => Date;
  readonly #monotonic: () => number;
  readonly #check: (() => CheckState) | null;
  readonly #startedAt: Date;
  readonly #started: number;
  readonly #passes = zeroes(TRIGGERS);
  readonly #done = zeroes(ACTION_NAMES);
  readonly #failed = zeroes(ACTION_NAMES);
  #failedPasses = 0;
  #passSeconds = 0;
  #last: Last | null = null;
  #error: string | null = null;
  #verdictSince: Date | null = null;
  #lastSound: Date | null = null;
  #lastCapture: Date | null = null;

  /** @param check what is known of the registration key; null where nobody asks about it */
  constructor(
    keeper: Keeper,
    version: string,
    now: () => Date,
    monotonic: () => number,
    check: (() => CheckState) | null,
  ) {
    this.#keeper = keeper;
    this.#version = version;
    this.#now = now;
    this.#monotonic = monotonic;
    this.#check = check;
    this.#startedAt = now();
    this.#started = monotonic();
  }

  /** @returns the verdict before this report, null for the first */
  add({ result, trigger, duration }: WatchReport): Verdict | null {
    const before = this.#last?.summary.verdict ?? null;
    const at = this.#now();
    const verdict = result.after.judgement.verdict;
    if (verdict !== before) this.#verdictSince = at;
    if (verdict === 'sound') this.#lastSound = at;
    this.#passes[trigger] += 1;
    this.#passSeconds += duration / 1_000;
    for (const { action, done } of result.reports) {
      if (done) this.#done[action] += 1;
      else this.#failed[action] += 1;
      if (done && (action === 'capture' || action === 'capture-first')) this.#lastCapture = at;
    }
    this.#error = null;
    // The fast lane does not ask the database: what was known of it stays.
    if (result.after.pass.observation.database.kind !== 'deferred') {
      this.#last = { summary: summarizePass(result), trigger, at, monotonic: this.#monotonic() };
    }
    return before;
  }

  addError(message: string): void {
    this.#failedPasses += 1;
    this.#error = message;
  }

  health(): { healthy: boolean; reason: string } {
    if (this.#error !== null) return { healthy: false, reason: `the last pass failed: ${this.#error}` };
    const { interval, databaseWait } = this.#keeper.settings;
    const patience = STALLED_AFTER_INTERVALS * interval + databaseWait;
    const since = this.#monotonic() - (this.#last?.monotonic ?? this.#started);
    if (since > patience) return { healthy: false, reason: `no pass has ended for ${Math.round(since / 1_000)} s` };
    if (this.#last === null) return { healthy: false, reason: 'the first pass is not done yet' };
    const { summary } = this.#last;
    if (this.#keeper.stage === 'gate') return { healthy: false, reason: `the gate is shut: ${summary.mainReason}` };
    if (!summary.keyIsSafe) return { healthy: false, reason: summary.mainReason };
    return { healthy: true, reason: `the key is safe (${summary.verdict})` };
  }

  /** For the start-up probe of a container: whether GLPI may start, which is another question than whether all is well. */
  gate(): ProbeAnswer {
    if (this.#keeper.stage === 'guard' && this.#last !== null) return { passed: true, reason: 'GLPI may start' };
    return { passed: false, reason: this.health().reason };
  }

  ready(): boolean {
    return this.#keeper.stage === 'guard' && this.health().healthy;
  }

  status(): StatusDocument {
    const last = this.#last;
    const summary = last?.summary ?? null;
    const { healthy, reason } = this.health();
    return {
      version: this.#version,
      instance: this.#keeper.settings.instance,
      startedAt: this.#startedAt.toISOString(),
      healthy,
      ready: this.ready(),
      reason,
      verdict: summary?.verdict ?? null,
      verdictSince: this.#verdictSince?.toISOString() ?? null,
      lastPassAt: last?.at.toISOString() ?? null,
      lastTrigger: last?.trigger ?? null,
      glpi: summary?.glpi ?? { running: null, version: null },
      database: summary?.database ?? { state: 'unknown', address: null, schema: null, message: null },
      vault: { url: this.#keeper.settings.vault.href, ...(summary?.vault ?? NO_VAULT) },
      registration: registrationStatus(this.#check?.() ?? null, this.#now().getTime()),
      drill: scheduleStatus(summary?.drill ?? null),
      export: scheduleStatus(summary?.export ?? null),
      canary: summary?.canary ?? null,
      fingerprint: summary?.fingerprint ?? null,
      generation: summary?.generation ?? null,
      findings: this.#findings(),
    };
  }

  metrics(): MetricsSnapshot {
    const check = this.#check?.() ?? null;
    const summary = this.#last?.summary ?? null;
    const findings: Record<Severity, number> = { error: 0, warning: 0, advice: 0, info: 0 };
    for (const finding of this.#findings()) findings[finding.severity] += 1;
    const vault = summary?.vault ?? NO_VAULT;
    return {
      version: this.#version,
      instance: this.#keeper.settings.instance,
      healthy: this.health().healthy,
      ready: this.ready(),
      verdict: summary?.verdict ?? null,
      canary: { tested: summary?.canary.tested ?? 0, opened: summary?.canary.opened ?? 0 },
      findings,
      databaseAnswers: summary?.database.state === 'answers',
      vault: { usable: vault.state === 'ready', generations: vault.generations, damaged: vault.damaged },
      passes: { ...this.#passes },
      failedPasses: this.#failedPasses,
      passSeconds: this.#passSeconds,
      actionsDone: { ...this.#done },
      actionsFailed: { ...this.#failed },
      lastPassAt: seconds(this.#last?.at ?? null),
      lastSoundAt: seconds(this.#lastSound),
      lastCaptureAt: seconds(this.#lastCapture),
      registration: check === null ? NO_REGISTRATION : registrationFigures(check, this.#now().getTime()),
      drill: scheduleFigures(summary?.drill ?? null),
      export: scheduleFigures(summary?.export ?? null),
    };
  }

  /** Of the last pass, and of the check of the registration key beside it. */
  #findings(): Finding[] {
    return [...(this.#last?.summary.findings ?? []), ...(this.#check?.().findings ?? [])];
  }
}

function zeroes<Name extends Trigger | ActionName>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}

function seconds(time: Date | null): number | null {
  return time === null ? null : time.getTime() / 1_000;
}
