import type { Receipts } from '../../../../src/core/receipt.ts';
import { type CrashPoint, type SharedWorld, SimulatedKeeper } from './simulated-keepers.ts';
import { INVALID, type Outage, type SimulatedNetwork, VALID } from './simulated-network.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const TICK = 15 * MINUTE;
const START = Date.parse('2026-01-01T00:00:00Z');

export interface Year {
  /** Whole days that the clock on the wall went forward, the last one rounded up. */
  readonly days: number;
  /** Of key, security key, version or container; a crash loop is one in 15 minutes. */
  readonly changes: number;
  readonly outages: number;
  readonly newAnswers: number;
  readonly killed: number;
  readonly requests: number;
  readonly probes: number;
  readonly refreshes: number;
  /** Between two questions, where nothing was in the way, in ms. */
  readonly longestSilence: number;
  readonly receipts: Receipts;
  readonly key: string;
}

/** Lives 365 days in steps of a quarter of an hour, in which whatever may happen does, by chance. */
export async function liveThroughAYear(
  seed: number,
  network: SimulatedNetwork,
  { eventful = true }: { readonly eventful?: boolean } = {},
): Promise<Year> {
  const life = new Life(seed, network, eventful ? 1 + (seed % 3) : 1);
  for (let tick = 0; tick < (365 * DAY) / TICK; tick += 1) {
    if (eventful) life.befall();
    await life.pass();
  }
  return life.year();
}

class Life {
  readonly #random: () => number;
  readonly #world: SharedWorld;
  readonly #keepers: readonly SimulatedKeeper[];
  /** One for the key that is there at the beginning. */
  #changes = 1;
  #outages = 0;
  #newAnswers = 0;
  #outageLeft = 0;
  #loopLeft = 0;
  #forward = 0;
  #silentSince = 0;
  #longestSilence = 0;
  #serial = 0;

  constructor(seed: number, network: SimulatedNetwork, keepers: number) {
    this.#random = randomOf(seed);
    const circumstances = { 'registration-key': 'row 0', 'security-key': 'key 0', 'glpi-version': '10.0.17' };
    const clocks = { wall: START, monotonic: 0 };
    this.#world = { receipts: [], clocks, network, random: this.#random, circumstances, key: 'key 0', refreshes: 0 };
    this.#keepers = Array.from({ length: keepers }, (_, index) => new SimulatedKeeper(this.#world, `glpi-${index}`));
    // Every further container is one that nobody had seen.
    this.#changes += keepers - 1;
  }

  async pass(): Promise<void> {
    const { clocks, network } = this.#world;
    const { requests } = network;
    await Promise.all(this.#keepers.map((each) => each.pass()));
    if (network.requests > requests || network.outage !== null) this.#silentSince = clocks.monotonic;
    this.#longestSilence = Math.max(this.#longestSilence, clocks.monotonic - this.#silentSince);
    this.#pass(TICK);
  }

  /** Draws for each thing that may happen in a step. */
  befall(): void {
    const { network } = this.#world;
    this.#outageLeft -= TICK;
    if (network.outage !== null && this.#outageLeft <= 0) network.outage = null;
    if (this.#happens(20) && network.outage === null) this.#breakDown();
    if (this.#happens(15)) this.#change('registration-key', this.#happensNow(0.5));
    if (this.#happens(15)) this.#change('security-key', false);
    if (this.#happens(4)) this.#change('glpi-version', false);
    if (this.#happens(60)) this.#one().restart();
    if (this.#happens(20)) this.#restartGlpi();
    if (this.#happens(4)) this.#loopLeft = DAY * this.#random();
    this.#loop();
    if (this.#happens(6)) this.#sayAnother();
    if (this.#happens(12))
      this.#one().crash = this.#pick<CrashPoint>(['before-claim', 'after-claim', 'after-question', 'after-answer']);
    if (this.#happens(4)) this.#setClock((this.#random() - 0.7) * 3 * DAY);
  }

  year(): Year {
    const { network, receipts, key, refreshes } = this.#world;
    return {
      days: Math.ceil(this.#forward / DAY),
      changes: this.#changes,
      outages: this.#outages,
      newAnswers: this.#newAnswers,
      killed: this.#keepers.reduce((sum, each) => sum + each.killed, 0),
      requests: network.requests,
      probes: network.probes,
      refreshes,
      longestSilence: this.#longestSilence,
      receipts,
      key,
    };
  }

  #pass(duration: number): void {
    this.#world.clocks.wall += duration;
    this.#world.clocks.monotonic += duration;
    this.#forward += duration;
  }

  #breakDown(): void {
    const { network } = this.#world;
    network.outage = this.#pick<Exclude<Outage, null>>(['connection', 'http', 'key-only']);
    this.#outageLeft = this.#random() ** 4 * 5 * DAY;
    this.#outages += 1;
  }

  #change(what: 'registration-key' | 'security-key' | 'glpi-version', another: boolean): void {
    this.#serial += 1;
    this.#changes += 1;
    const world = this.#world;
    world.circumstances = { ...world.circumstances, [what]: `${what} ${this.#serial}` };
    if (another) world.key = `key ${this.#serial % 4}`;
  }

  #restartGlpi(): void {
    this.#one().restartGlpi();
    this.#changes += 1;
  }

  /** Each step in it is some more starts, and one change. */
  #loop(): void {
    if (this.#loopLeft <= 0) return;
    this.#loopLeft -= TICK;
    this.#keepers[0]?.restartGlpi();
    this.#changes += 1;
  }

  #sayAnother(): void {
    const { network } = this.#world;
    network.answer = network.answer === VALID ? INVALID : VALID;
    this.#newAnswers += 1;
  }

  /** @param by ms, back where negative */
  #setClock(by: number): void {
    const { clocks } = this.#world;
    clocks.wall += by;
    if (by > 0) this.#forward += by;
    else this.#silentSince = clocks.monotonic;
  }

  #one(): SimulatedKeeper {
    return this.#pick(this.#keepers);
  }

  #pick<T>(choices: readonly T[]): T {
    const choice = choices[Math.floor(this.#random() * choices.length)];
    if (choice === undefined) throw new Error('there is nothing to choose from');
    return choice;
  }

  /** So many times a year. */
  #happens(often: number): boolean {
    return this.#happensNow((often * TICK) / (365 * DAY));
  }

  #happensNow(probability: number): boolean {
    return this.#random() < probability;
  }
}

/** Mulberry32: the same numbers from 0 to 1 for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
