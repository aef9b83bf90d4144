import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../bench/running-watch.ts';
import { type CliEnvironment, environmentOf } from '../integration/cli/run-cli.ts';
import { type ScratchInstance, schemaName, scratchInstance } from '../integration/keeper/scratch-instance.ts';
import { Random } from '../simulation/machine/random.ts';
import type { Mariadb } from '../stand-in/mariadb/mariadb.ts';
import { askWatch, type Question, type Reply } from './ask-watch.ts';
import { GlpiSide } from './glpi-side.ts';
import type { PreparedProgram } from './prepare-program.ts';
import { WatchProcess } from './watch-process.ts';

/** Short, so that a stranger's key is judged soon; in ms. */
const SETTLE = 300;
/** Of the watch's own timer, so that it has its part among the events. */
const INTERVAL = '5s';
/** Between two events of a storm, in ms: the watch shall follow, not starve. */
const EVENT_GAP = 3;
/** Until something that has to come does come, in ms. */
const PATIENCE = 30_000;

export interface SceneOrder {
  readonly program: PreparedProgram;
  readonly mariadb: Mariadb | null;
  readonly seed: number;
  /** How long the storms are, as a multiple of the shortest. */
  readonly scale: number;
  /** More modules that the watch loads before the program. */
  readonly preloads: readonly string[];
}

/** One GLPI, one vault, one watch at a time; what a phase does events with. */
export class Scene implements AsyncDisposable {
  readonly instance: ScratchInstance;
  readonly glpi: GlpiSide;
  readonly random: Random;
  readonly program: PreparedProgram;
  readonly port: number;
  readonly token = 'a-token-of-the-soak-only';
  readonly environment: CliEnvironment;
  readonly hasDatabase: boolean;
  readonly scale: number;
  events = 0;
  lives = 0;
  readonly #preloads: readonly string[];
  readonly #mariadb: Mariadb | null;
  #watch: WatchProcess | null = null;

  private constructor(order: SceneOrder, schema: string, port: number) {
    const { program, mariadb, seed, scale, preloads } = order;
    this.program = program;
    this.#mariadb = mariadb;
    this.hasDatabase = mariadb !== null;
    this.random = new Random(seed);
    this.port = port;
    this.scale = scale;
    this.instance = scratchInstance(mariadb, schema, { settle: SETTLE });
    this.glpi = new GlpiSide(this.instance.keyPath, mariadb, schema);
    this.#preloads = [program.probe, ...preloads];
    this.environment = environmentOf(this.instance, {
      KEYKEEPER_HTTP: `127.0.0.1:${port}`,
      KEYKEEPER_HTTP_TOKEN: this.token,
      KEYKEEPER_INTERVAL: INTERVAL,
    });
  }

  /** GLPI is installed, nobody watches yet. */
  static async open(order: SceneOrder): Promise<Scene> {
    const schema = (await order.mariadb?.createSchema(schemaName('soak'))) ?? 'none';
    const scene = new Scene(order, schema, await freePort());
    await scene.glpi.install();
    return scene;
  }

  get watch(): WatchProcess {
    if (this.#watch === null) throw new Error('nobody watches');
    return this.#watch;
  }

  /** Starts a watch; the one before has to have ended. */
  start(): void {
    this.lives += 1;
    this.#watch = new WatchProcess({
      main: this.program.main,
      preloads: this.#preloads,
      environment: this.environment,
    });
  }

  /** Counts an event that was made, and lets the watch have its turn. */
  async event(): Promise<void> {
    this.events += 1;
    if (!this.watch.alive) throw new Error(`watch ended by itself:\n${this.watch.log}`);
    await sleep(EVENT_GAP);
  }

  async ask(question: Question): Promise<Reply> {
    return await askWatch(this.port, question);
  }

  /** @throws Error with the watch's last lines when it does not come */
  async until(what: string, holds: () => boolean | Promise<boolean>, look = 2): Promise<void> {
    const deadline = performance.now() + PATIENCE;
    while (!(await holds())) {
      if (!this.watch.alive) throw new Error(`watch ended by itself:\n${this.watch.log}`);
      if (performance.now() > deadline) {
        throw new Error(`expected within ${PATIENCE / 1_000} s: ${what}. The watch's last lines:\n${this.watch.log}`);
      }
      await sleep(look);
    }
  }

  async untilDatabaseAnswers(): Promise<void> {
    await this.until(
      'the database answers again',
      async () => {
        const connection = await this.#mariadb?.connect().catch(() => null);
        await connection?.end();
        return connection !== null;
      },
      50,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch?.end('SIGKILL');
    await this.glpi.close();
    this.instance[Symbol.dispose]();
  }
}
