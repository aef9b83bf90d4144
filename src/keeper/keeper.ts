import type { Settings } from '../config/settings.ts';
import { decideGate, type GateDecision } from '../core/gate.ts';
import type { Memory, Observation } from '../core/observation.ts';
import { NO_RECORDS } from '../core/records.ts';
import type { Platform } from '../platform/platform.ts';
import { lookAtVault, type VaultOpener } from './look-at-vault.ts';
import { observe, type VaultLook } from './observe.ts';
import type { PassMemory } from './pass-memory.ts';
import { PatientNotes } from './patient-notes.ts';
import { type ReconcileRequest, type Reconciliation, reconcile, reconcileFiles } from './reconcile.ts';
import { type Wish, wishOfSettings } from './registration-wish.ts';
import { doubt, isMissed, NOTHING_REMEMBERED, remember } from './remember.ts';
import type { Seed } from './seed-vault.ts';
import { tidyDirectory, tidyVault } from './tidy.ts';

export interface KeeperParts {
  readonly settings: Settings;
  readonly openVault: VaultOpener;
  readonly platform: Platform;
  /** Keys that were handed over for a vault that has none; null where there are none, or nothing is written. */
  readonly seed?: Seed | null;
  readonly now: () => Date;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
}

export interface ReconcileOptions {
  readonly until?: 'plan' | 'done';
  readonly asked?: ReconcileRequest['asked'];
  /** Why a generation would be written; `capture` unless said otherwise. */
  readonly reason?: string;
  readonly depth?: 'sample' | 'full';
  /** What an operator wants of the registration key; else what the settings wish. */
  readonly wish?: Wish;
  /** For a command of several reconciles: what one finds out need not be found out again by the next. */
  readonly passMemory?: PassMemory;
}

/** Large tables are sampled at each reconcile and read whole, for the escrow, once in this time, in ms. */
const FULL_PASS_EVERY = 3_600_000;

/**
 * Keeps one instance: runs reconciles one after the other, remembers what a watch has seen, and puts trusted files back
 * at once on a second lane that waits for no database.
 */
export class Keeper {
  readonly #parts: KeeperParts;
  readonly #wish: Wish | null;
  #stage: Observation['stage'];
  #memory: Memory = NOTHING_REMEMBERED;
  #vault: VaultLook = { vault: null, state: { kind: 'none' }, records: NO_RECORDS };
  #queue: Promise<unknown> = Promise.resolve();
  #atOnce: Promise<unknown> = Promise.resolve();
  readonly #notes = new PatientNotes();
  #fullPassDue = 0;
  #tidied = false;

  constructor(parts: KeeperParts, stage: Observation['stage']) {
    this.#parts = parts;
    this.#stage = stage;
    this.#wish = wishOfSettings(parts.settings);
  }

  get settings(): Settings {
    return this.#parts.settings;
  }

  get stage(): Observation['stage'] {
    return this.#stage;
  }

  /** The gate has opened: from here on GLPI runs beside, and rows are no longer written. */
  guard(): void {
    this.#stage = 'guard';
  }

  /** Runs after every reconcile asked for earlier. */
  async reconcile(signal: AbortSignal, options: ReconcileOptions = {}): Promise<Reconciliation> {
    const run = this.#queue.then(() => this.#run(signal, options));
    this.#queue = run.then(forget, forget);
    return await run;
  }

  /**
   * Looks at the files alone and puts back what this same watch trusted and what vanished, or what has a wrong length in
   * the key's place. Null where there was nothing to do. Does not wait for a reconcile on its way.
   */
  async putBackAtOnce(signal: AbortSignal): Promise<Reconciliation | null> {
    const run = this.#atOnce.then(() => this.#runAtOnce(signal));
    this.#atOnce = run.then(forget, forget);
    return await run;
  }

  decide(result: Reconciliation): GateDecision {
    const { pass, judgement } = result.after;
    return decideGate(pass.observation, judgement, result.outcome, this.settings.gate);
  }

  async #run(signal: AbortSignal, options: ReconcileOptions): Promise<Reconciliation> {
    const { settings, platform, monotonic } = this.#parts;
    const { running, container, findings } = await platform.observe(signal);
    const full = options.depth === 'full' || (this.#stage === 'guard' && monotonic() >= this.#fullPassDue);
    this.#tidyOnce(options);
    const seedFindings = options.until === 'plan' ? [] : await this.#parts.seed?.sow(this.#parts.openVault);
    const reconciled = await reconcile({
      settings,
      stage: this.#stage,
      depth: full ? 'full' : 'sample',
      lookAtVault: async () => {
        this.#vault = await lookAtVault(this.#parts.openVault);
        return this.#vault;
      },
      memory: this.#memory,
      glpiRunning: running,
      container,
      platform: platform.name,
      until: options.until ?? 'done',
      reason: options.reason ?? 'capture',
      passMemory: options.passMemory,
      asked: options.asked ?? {},
      wish: options.wish ?? this.#wish,
      platformFindings: [...findings, ...(seedFindings ?? [])],
      now: this.#parts.now,
      signal,
    });
    const result = {
      ...reconciled,
      findings: [...reconciled.findings, ...(await tidyVault(this.#vault.vault, reconciled))],
    };
    const { pass, judgement } = result.after;
    if (full && pass.observation.database.kind === 'answers') this.#fullPassDue = monotonic() + FULL_PASS_EVERY;
    if (this.#stage === 'guard') this.#memory = remember(this.#memory, pass.observation, judgement);
    return result;
  }

  /** What a killed run left behind is looked for once a process: its temporary files are harmless, only untidy. */
  #tidyOnce({ until }: ReconcileOptions): void {
    if (this.#tidied || this.#stage === 'ask' || until === 'plan') return;
    this.#tidied = true;
    tidyDirectory(this.settings.configDir);
  }

  async #runAtOnce(signal: AbortSignal): Promise<Reconciliation | null> {
    if (this.#memory.trusted === null) return null;
    const { settings, platform, now } = this.#parts;
    const look = {
      settings,
      wish: null,
      now,
      stage: 'guard',
      depth: 'files',
      memory: this.#memory,
      glpiRunning: null,
      container: null,
      signal,
    } as const;
    const seen = await observe({ ...look, vault: this.#vault, previous: null });
    this.#memory = doubt(this.#memory, seen.observation);
    if (!isMissed(this.#memory, seen.observation)) return null;
    const memory = this.#memory;
    const lookAtVault = async () => this.#vault;
    const { result, conclude } = await reconcileFiles({
      ...look,
      memory,
      lookAtVault,
      // Judged as it was seen: a second look in the same moment proves nothing more. What changes from here on is seen by
      // the write itself, which creates an absent file or fails, and replaces nothing but the bytes that were judged.
      firstLook: { ...seen, observation: { ...seen.observation, memory } },
      until: 'done',
      reason: 'capture',
      asked: {},
      wish: null,
      platform: platform.name,
      platformFindings: [],
      now,
    });
    await this.#notes.write(conclude);
    return result;
  }
}

/** A queue waits for the end of a run alone: its result would stay in memory until the next one. */
function forget(): void {}
