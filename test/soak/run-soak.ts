import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fingerprintOf } from '../../src/glpi/security-key.ts';
import type { Mariadb } from '../stand-in/mariadb/mariadb.ts';
import { checkState } from './check-state.ts';
import { dealPhases } from './deck.ts';
import { judge, MEASURES, type Sample } from './measure.ts';
import type { Phase } from './phases/phase.ts';
import { prepareProgram } from './prepare-program.ts';
import { Scene } from './scene.ts';
import type { PhaseCount, SoakReport } from './soak-report.ts';
import { excessOf, measureVault, type VaultSize } from './vault-size.ts';

export interface SoakOrder {
  /** Ends after so many minutes, or so many events, whichever comes first. */
  readonly minutes: number;
  readonly events: number;
  readonly seed: number;
  readonly mariadb: Mariadb | null;
  /** Modules of TypeScript that the watch loads before the program, for a test that plants something. */
  readonly planted?: readonly URL[];
  /** One watch from start to end, under storms of these names alone. */
  readonly only?: readonly string[];
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  /** 0 to 1. */
  readonly share: number;
  readonly phase: string;
  readonly events: number;
  readonly last: Sample;
  readonly vault: VaultSize;
}

/** From so many minutes on storms are long, before they are short: each ends with a look. */
const LONG = { minutes: 10, scale: 5 };
const SHORT = { scale: 0.5 };
/** When the watch is restarted, as shares of the run; what follows the last is one long life. */
const RESTARTS = [
  { at: 0.06, signal: 'SIGTERM' },
  { at: 0.12, signal: 'SIGKILL' },
] as const;
/** A run has no more samples than this: each collects all garbage of the watch. */
const SAMPLES = 150;
/** Before a look, in ms: what is on its way ends. */
const CALM = 250;
/** Generations that retention keeps whatever they hold, and one for each day that a run may see end. */
const NEWEST = 50;
const DAYS = 3;

/** Storms of events upon one watch, with a check after each, and what it then held. Failures are in the report. */
export async function runSoak(order: SoakOrder): Promise<SoakReport> {
  using program = await prepareProgram();
  const preloads = (order.planted ?? []).map((module) => program.strip(module));
  const { mariadb, seed, minutes } = order;
  const scale = minutes < LONG.minutes ? SHORT.scale : LONG.scale;
  await using scene = await Scene.open({ program, mariadb, seed, scale, preloads });
  const run = new Run(scene, order);
  const failures: string[] = [];
  try {
    await run.toTheEnd();
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  }
  return await run.report(failures);
}

class Run {
  readonly #scene: Scene;
  readonly #order: SoakOrder;
  readonly #started = performance.now();
  readonly #samples: Sample[] = [];
  readonly #counts = new Map<string, PhaseCount>();
  #restarts = 0;
  #sampledAt = Number.NEGATIVE_INFINITY;

  constructor(scene: Scene, order: SoakOrder) {
    this.#scene = scene;
    this.#order = order;
  }

  async toTheEnd(): Promise<void> {
    const { random, hasDatabase } = this.#scene;
    this.#scene.start();
    await checkState(this.#scene, 'the start');
    for (const phase of dealPhases(random, hasDatabase, this.#order.only)) {
      if (this.#share() >= 1) break;
      await this.#storm(phase);
      await this.#restartWhenDue();
      await this.#sample(phase.name);
    }
    const code = await this.#scene.watch.end('SIGTERM');
    if (code !== 0) throw new Error(`expected watch to end with 0 after SIGTERM, got ${code}`);
  }

  async report(failures: readonly string[]): Promise<SoakReport> {
    const { events, lives, glpi, hasDatabase } = this.#scene;
    const flatness = MEASURES.map((measure) => judge(measure, this.#samples));
    const { bytes, chunks, generations } = this.#vault();
    const distinct = await this.#fingerprints();
    const mostGenerations = NEWEST + DAYS + 2 * distinct.size;
    const forgotten = glpi.keys.map(fingerprintOf).filter((each) => !distinct.has(each));
    return {
      seed: this.#order.seed,
      minutes: this.#minutes(),
      events,
      lives,
      database: hasDatabase,
      phases: [...this.#counts.values()],
      samples: this.#samples.length,
      flatness,
      keys: glpi.keys.length,
      vault: { generations: generations.length, mostGenerations, chunks: chunks.length, bytes },
      failures: [
        ...failures,
        ...flatness.filter(({ flat }) => !flat).map(({ measure }) => `${measure.name}: it grows`),
        ...(forgotten.length > 0 ? [`keys that are not in the vault: ${forgotten.join(', ')}`] : []),
        ...(generations.length > mostGenerations ? [`the vault has ${generations.length} generations`] : []),
      ],
    };
  }

  async #storm(phase: Phase): Promise<void> {
    const scene = this.#scene;
    const [before, eventsBefore] = [this.#vault(), scene.events];
    await phase.run(scene);
    await checkState(scene, phase.name);
    const known = this.#counts.get(phase.name);
    const events = scene.events - eventsBefore + (known?.events ?? 0);
    this.#counts.set(phase.name, { name: phase.name, runs: (known?.runs ?? 0) + 1, events });
    const excess = excessOf(phase.keeps, before, this.#vault());
    if (excess.length > 0)
      throw new Error(`after ${phase.name} the vault has more than it should: ${excess.join(', ')}`);
  }

  /** The key goes while nobody watches: the next watch brings it back. */
  async #restartWhenDue(): Promise<void> {
    const due = RESTARTS[this.#restarts];
    if (this.#order.only !== undefined || due === undefined || this.#share() < due.at) return;
    this.#restarts += 1;
    await this.#scene.watch.end(due.signal);
    rmSync(this.#scene.instance.keyPath, { force: true });
    this.#scene.start();
    this.#scene.events += 1;
    await checkState(this.#scene, `a restart (${due.signal})`);
  }

  async #sample(phase: string): Promise<void> {
    if (this.#minutes() - this.#sampledAt < this.#order.minutes / SAMPLES) return;
    this.#sampledAt = this.#minutes();
    const { watch, lives, events } = this.#scene;
    await sleep(CALM);
    const figures = await watch.figures();
    const last = { ...figures, life: lives, events, hours: this.#minutes() / 60, descriptors: watch.descriptors() };
    this.#samples.push(last);
    this.#order.onProgress?.({ share: this.#share(), phase, events, last, vault: this.#vault() });
  }

  async #fingerprints(): Promise<Set<string>> {
    const vault = await this.#scene.instance.openVault();
    const { generations } = await vault.list();
    return new Set(generations.flatMap(({ fingerprint }) => (fingerprint === null ? [] : [fingerprint])));
  }

  #vault(): VaultSize {
    return measureVault(fileURLToPath(this.#scene.instance.settings.vault));
  }

  #minutes(): number {
    return (performance.now() - this.#started) / 60_000;
  }

  #share(): number {
    return Math.max(this.#minutes() / this.#order.minutes, this.#scene.events / this.#order.events);
  }
}
