import type { Severity } from '../core/finding.ts';
import type { Verdict } from '../core/verdict.ts';
import { keyIsSafe } from '../core/watch-health.ts';
import type { Keeper } from '../keeper/keeper.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import type { WatchReport } from '../keeper/watch.ts';
import type { StatusDocument } from '../report/http/status-document.ts';
import {
  ACTION_NAMES,
  type ActionName,
  type MetricsSnapshot,
  TRIGGERS,
  type Trigger,
} from '../report/metrics-snapshot.ts';

/** How many unreadable values a status names; `keykeeper status` names all. */
const NAMED = 200;

/** Passes may stay away for this many intervals before the loop counts as stalled. */
const STALLED_AFTER_INTERVALS = 3;

interface Last {
  readonly result: Reconciliation;
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

  constructor(keeper: Keeper, version: string, now: () => Date, monotonic: () => number) {
    this.#keeper = keeper;
    this.#version = version;
    this.#now = now;
    this.#monotonic = monotonic;
    this.#startedAt = now();
    this.#started = monotonic();
  }

  /** @returns the verdict before this report, null for the first */
  add({ result, trigger, duration }: WatchReport): Verdict | null {
    const before = this.#last?.result.after.judgement.verdict ?? null;
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
      this.#last = { result, trigger, at, monotonic: this.#monotonic() };
    }
    return before;
  }

  addError(message: string): void {
    this.#failedPasses += 1;
    this.#error = message;
  }

  /** The last pass that asked the database; null before the first. */
  get last(): Reconciliation | null {
    return this.#last?.result ?? null;
  }

  health(): { healthy: boolean; reason: string } {
    if (this.#error !== null) return { healthy: false, reason: `the last pass failed: ${this.#error}` };
    const { interval, databaseWait } = this.#keeper.settings;
    const patience = STALLED_AFTER_INTERVALS * interval + databaseWait;
    const since = this.#monotonic() - (this.#last?.monotonic ?? this.#started);
    if (since > patience) return { healthy: false, reason: `no pass has ended for ${Math.round(since / 1_000)} s` };
    if (this.#last === null) return { healthy: false, reason: 'the first pass is not done yet' };
    const { result } = this.#last;
    if (this.#keeper.stage === 'gate') return { healthy: false, reason: `the gate is shut: ${mainReason(result)}` };
    if (!keyIsSafe(result.after.judgement)) return { healthy: false, reason: mainReason(result) };
    return { healthy: true, reason: `the key is safe (${result.after.judgement.verdict})` };
  }

  ready(): boolean {
    return this.#keeper.stage === 'guard' && this.health().healthy;
  }

  status(): StatusDocument {
    const last = this.#last;
    const judgement = last?.result.after.judgement ?? null;
    const { healthy, reason } = this.health();
    return {
      version: this.#version,
      instance: this.#keeper.settings.instance,
      startedAt: this.#startedAt.toISOString(),
      healthy,
      ready: this.ready(),
      reason,
      verdict: judgement?.verdict ?? null,
      verdictSince: this.#verdictSince?.toISOString() ?? null,
      lastPassAt: last?.at.toISOString() ?? null,
      lastTrigger: last?.trigger ?? null,
      glpi: glpiOf(last?.result ?? null),
      database: databaseOf(last?.result ?? null),
      vault: { url: this.#keeper.settings.vault.href, ...vaultOf(last?.result ?? null) },
      canary:
        judgement === null
          ? null
          : {
              tested: judgement.tested,
              opened: judgement.opened,
              unreadable: [...judgement.dead, ...judgement.movable].slice(0, NAMED).map((each) => each.reference),
            },
      fingerprint: judgement?.live ?? null,
      generation: last?.result.generation?.number ?? null,
      findings: [...(last?.result.findings ?? [])],
    };
  }

  metrics(): MetricsSnapshot {
    const result = this.#last?.result ?? null;
    const judgement = result?.after.judgement ?? null;
    const findings: Record<Severity, number> = { error: 0, warning: 0, advice: 0, info: 0 };
    for (const finding of result?.findings ?? []) findings[finding.severity] += 1;
    const vault = vaultOf(result);
    return {
      version: this.#version,
      instance: this.#keeper.settings.instance,
      healthy: this.health().healthy,
      ready: this.ready(),
      verdict: judgement?.verdict ?? null,
      canary: { tested: judgement?.tested ?? 0, opened: judgement?.opened ?? 0 },
      findings,
      databaseAnswers: result?.after.pass.observation.database.kind === 'answers',
      vault: { usable: vault.state === 'ready', generations: vault.generations, damaged: vault.damaged },
      passes: { ...this.#passes },
      failedPasses: this.#failedPasses,
      passSeconds: this.#passSeconds,
      actionsDone: { ...this.#done },
      actionsFailed: { ...this.#failed },
      lastPassAt: seconds(this.#last?.at ?? null),
      lastSoundAt: seconds(this.#lastSound),
      lastCaptureAt: seconds(this.#lastCapture),
    };
  }
}

/** The most serious finding as a sentence, or the verdict where there is none. */
export function mainReason(result: Reconciliation): string {
  const [first] = result.findings;
  return first === undefined ? result.after.judgement.verdict : `${first.message} (${first.code})`;
}

function zeroes<Name extends Trigger | ActionName>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}

function seconds(time: Date | null): number | null {
  return time === null ? null : time.getTime() / 1_000;
}

function glpiOf(result: Reconciliation | null): StatusDocument['glpi'] {
  const observation = result?.after.pass.observation;
  const version = observation?.database.kind === 'answers' ? observation.database.version : null;
  return { running: observation?.glpiRunning ?? null, version };
}

function databaseOf(result: Reconciliation | null): StatusDocument['database'] {
  const database = result?.after.pass.observation.database;
  switch (database?.kind) {
    case undefined:
    case 'deferred':
      return { state: 'unknown', address: null, schema: null, message: null };
    case 'none':
    case 'unconfigured':
      return { state: database.kind, address: null, schema: null, message: null };
    case 'unreachable':
      return { state: 'unreachable', address: database.address, schema: database.schema, message: database.message };
    case 'answers':
      return { state: 'answers', address: database.identity.address, schema: database.identity.schema, message: null };
  }
}

function vaultOf(result: Reconciliation | null): Omit<StatusDocument['vault'], 'url'> {
  const vault = result?.after.pass.observation.vault;
  switch (vault?.kind) {
    case undefined:
    case 'none':
      return { state: 'unknown', generations: 0, damaged: 0 };
    case 'broken':
      return { state: 'broken', generations: 0, damaged: 0 };
    case 'ready':
      return { state: 'ready', generations: vault.generations.length, damaged: vault.damaged.length };
  }
}
