import type { Receipts } from '../../../../src/core/receipt.ts';
import type { CheckSubject } from '../../../../src/keeper/check-subject.ts';
import type { ReceiptBook } from '../../../../src/keeper/receipt-book.ts';
import { type CheckParts, RegistrationCheck } from '../../../../src/keeper/registration-check.ts';
import { settingsOf, subjectWith } from './check-scene.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import { factsOf } from './simulated-network.ts';

/** Where a keeper is killed at its next step that comes so far. */
export type CrashPoint = 'before-claim' | 'after-claim' | 'after-question' | 'after-answer';

class Crash extends Error {}

/** Wall clock and monotonic clock, in ms: only the first can be set back. */
export interface Clocks {
  wall: number;
  monotonic: number;
}

/** What all keepers share: the vault's record, GLPI Network, the registration row, and time. */
export interface SharedWorld {
  receipts: Receipts;
  readonly clocks: Clocks;
  readonly network: SimulatedNetwork;
  readonly random: () => number;
  /** What is the same for all containers of GLPI. */
  circumstances: Pick<CheckSubject['circumstances'], 'registration-key' | 'security-key' | 'glpi-version'>;
  key: string;
  refreshes: number;
}

/** A watch beside one container of GLPI, with its check of the registration key. */
export class SimulatedKeeper {
  readonly #world: SharedWorld;
  readonly #name: string;
  #check: RegistrationCheck;
  crash: CrashPoint | null = null;
  /** Kills between a claim and its answer. */
  killed = 0;
  #startedAt: number;

  constructor(world: SharedWorld, name: string) {
    this.#world = world;
    this.#name = name;
    this.#startedAt = world.clocks.wall;
    this.#check = this.#fresh();
  }

  /** Of the container of GLPI. */
  restartGlpi(): void {
    this.#startedAt = this.#world.clocks.wall;
  }

  /** Of the watch: it remembers nothing. */
  restart(): void {
    this.#check = this.#fresh();
  }

  /** A pass, and what the check does after it. */
  async pass(): Promise<void> {
    this.#check.take(this.#subject(), this.#world.receipts);
    try {
      await this.#check.step(new AbortController().signal);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.restart();
    }
  }

  #subject(): CheckSubject {
    const { circumstances, key } = this.#world;
    const container = `${this.#name} ${new Date(this.#startedAt).toISOString()}`;
    return subjectWith(key, { ...circumstances, container });
  }

  #fresh(): RegistrationCheck {
    const world = this.#world;
    const { clocks, network, random } = world;
    const parts: CheckParts = {
      settings: settingsOf({ settle: 0 }),
      environment: {},
      book: this.#book(),
      network: {
        ask: async (request) => {
          this.#crashAt('after-claim');
          const answer = await network.ask(request);
          this.#crashAt('after-question');
          return answer;
        },
        probe: (request) => network.probe(request),
      },
      readFacts: async () => factsOf(world.key),
      refresh: async () => {
        world.refreshes += 1;
        return { final: true, seen: 'unknown', detail: 'removed', findings: [] };
      },
      now: () => clocks.wall,
      monotonic: () => clocks.monotonic,
      random,
      onEvent: ({ kind }) => {
        if (kind === 'asked') this.#crashAt('after-answer');
      },
    };
    return new RegistrationCheck(parts);
  }

  #book(): ReceiptBook {
    return {
      read: async () => this.#world.receipts,
      change: async (change) => {
        this.#crashAt('before-claim');
        this.#world.receipts = change(this.#world.receipts);
        return this.#world.receipts;
      },
    };
  }

  #crashAt(point: CrashPoint): void {
    if (this.crash !== point) return;
    this.crash = null;
    if (point === 'after-claim' || point === 'after-question') this.killed += 1;
    throw new Crash(point);
  }
}
