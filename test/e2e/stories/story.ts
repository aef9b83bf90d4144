import { setTimeout as sleep } from 'node:timers/promises';
import type { ResultDocument } from '../../../src/report/document.ts';
import type { StatusDocument } from '../../../src/report/http/status-document.ts';
import { buildStandIn, docker, dockerOutput, type StandInVersion } from '../../stand-in/glpi/image.ts';
import { untilItServes } from '../stand-in/container.ts';
import { databaseVariables, openStage, type Stage } from '../stand-in/stage.ts';
import { buildKeykeeper } from './keykeeper-image.ts';
import { postSettingsPage, readSettingsPage } from './settings-page.ts';

const NODE = ['/nodejs/bin/node', '/app/main.js'];
/** As the Compose files run it. */
const CONFINED = [
  ...['--read-only', '--security-opt', 'no-new-privileges:true', '--cap-drop', 'ALL'],
  ...['--cap-add', 'CHOWN', '--cap-add', 'FOWNER', '--cap-add', 'DAC_OVERRIDE'],
];
/** No story asks the real GLPI Network; one that has a double says `on`. */
const QUICK = { KEYKEEPER_SETTLE: '1s', KEYKEEPER_DATABASE_WAIT: '4s', KEYKEEPER_REGISTRATION_VALIDATE: 'off' };
const SECONDS_TO_WAIT = 60;

export type Environment = Readonly<Record<string, string>>;

/** How a Keykeeper command ended; `log` is its standard error. */
export interface Ran {
  readonly exitCode: number;
  readonly json: ResultDocument;
  readonly log: string;
}

export interface HistoryEntry {
  readonly number: number;
  readonly reason: string;
  readonly verdict: string;
  readonly fingerprint: string | null;
  /** `no`, or `3 of 3`. */
  readonly proven: string;
  readonly files: readonly string[];
}

/** A stage with Keykeeper's image: one for a test file, with a story for each test. */
export interface StoryStage extends AsyncDisposable {
  readonly stage: Stage;
  openStory(version: StandInVersion, volumes?: Partial<StoryVolumes>): Promise<Story>;
}

/** Names of volumes, or paths on this machine; what a story does not name is made for it and goes with it. */
export interface StoryVolumes {
  readonly glpi: string;
  readonly vault: string;
}

export async function openStoryStage(): Promise<StoryStage> {
  const image = await buildKeykeeper();
  const stage = await openStage();
  let stories = 0;
  return {
    stage,
    async openStory(version, volumes = {}) {
      stories += 1;
      const schema = `story${stories}`;
      await buildStandIn(version);
      await stage.addSchema(schema);
      return new Story(stage, image, version, schema, volumes);
    },
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

/** One GLPI with its schema, its data volume (at /var/glpi), a vault, and Keykeeper beside it. */
export class Story implements AsyncDisposable {
  readonly stage: Stage;
  readonly version: StandInVersion;
  readonly schema: string;
  readonly glpiVolume: string;
  readonly vaultVolume: string;
  /** Names of the containers of which there is one at a time. */
  readonly glpi: string;
  readonly watch: string;
  readonly #image: string;
  readonly #made: StoryVolumes;
  #address = '';

  constructor(stage: Stage, image: string, version: StandInVersion, schema: string, volumes: Partial<StoryVolumes>) {
    this.stage = stage;
    this.version = version;
    this.schema = schema;
    this.glpi = `${stage.name}-${schema}-glpi`;
    this.watch = `${stage.name}-${schema}-keykeeper`;
    this.#made = { glpi: `${stage.name}-${schema}-data`, vault: `${stage.name}-${schema}-vault` };
    this.glpiVolume = volumes.glpi ?? this.#made.glpi;
    this.vaultVolume = volumes.vault ?? this.#made.vault;
    this.#image = image;
  }

  /** Where GLPI serves, `http://127.0.0.1:port`; another one after each start. */
  get address(): string {
    return this.#address;
  }

  /** Creates GLPI's container and starts it, without waiting for anything. */
  async launchGlpi(options: readonly string[] = []): Promise<void> {
    const own = ['--name', this.glpi, '--network', this.stage.name, '--publish', '127.0.0.1::80'];
    const environment = [...databaseVariables(this.schema), '--env', 'GLPI_CRONTAB_ENABLED=0'];
    const image = `keykeeper-test/glpi:${this.version}`;
    const volume = ['--volume', `${this.glpiVolume}:/var/glpi`];
    await dockerOutput(['run', '--detach', ...own, ...volume, ...environment, ...options, image]);
  }

  async startGlpi(options: readonly string[] = []): Promise<void> {
    await this.launchGlpi(options);
    await this.untilGlpiServes();
  }

  async untilGlpiServes(): Promise<void> {
    this.#address = await untilItServes(this.glpi);
  }

  /** Removes GLPI's container, and with `loseVolume` its data as well; an empty volume takes its place. */
  async removeGlpi({ loseVolume = false } = {}): Promise<void> {
    await docker(['rm', '--force', this.glpi]);
    if (loseVolume) await dockerOutput(['volume', 'rm', this.glpiVolume]);
  }

  /** GLPI under a new id, serving. */
  async recreateGlpi({ loseVolume = false } = {}): Promise<void> {
    await this.removeGlpi({ loseVolume });
    await this.startGlpi();
  }

  /** Options that every Keykeeper of this story has: volumes, network, database variables, quick settings. */
  keykeeperOptions(environment: Environment = {}): string[] {
    const variables = Object.entries({ ...QUICK, ...environment }).flatMap(([name, value]) => [
      '--env',
      `${name}=${value}`,
    ]);
    const volumes = ['--volume', `${this.glpiVolume}:/var/glpi`, '--volume', `${this.vaultVolume}:/vault`];
    return ['--network', this.stage.name, ...CONFINED, ...volumes, ...databaseVariables(this.schema), ...variables];
  }

  /** Runs one command of Keykeeper with `--json` in a container of its own. */
  async run(args: readonly string[], environment: Environment = {}, options: readonly string[] = []): Promise<Ran> {
    const all = [...this.keykeeperOptions(environment), ...options];
    const { exitCode, stdout, stderr } = await docker(['run', '--rm', ...all, this.#image, ...args, '--json']);
    return { exitCode, json: parsed(stdout, stderr), log: stderr };
  }

  init(args: readonly string[] = [], environment: Environment = {}): Promise<Ran> {
    return this.run(['init', ...args], environment);
  }

  /** Starts `watch` and waits for its first pass. It looks by itself once an hour: what it notices, it was told. */
  async startWatch(environment: Environment = {}, options: readonly string[] = []): Promise<void> {
    const served = { KEYKEEPER_HTTP: '0.0.0.0:8377', KEYKEEPER_INTERVAL: '1h', ...environment };
    const all = ['--publish', '127.0.0.1::8377', ...this.keykeeperOptions(served), ...options];
    await dockerOutput(['run', '--detach', '--name', this.watch, ...all, this.#image, 'watch']);
    await this.untilStatus(({ verdict }) => verdict !== null);
  }

  /** Has the watch look now. */
  async hangUp(): Promise<void> {
    await dockerOutput(['kill', '--signal', 'HUP', this.watch]);
  }

  async stopWatch(): Promise<void> {
    await dockerOutput(['stop', this.watch]);
    await dockerOutput(['rm', this.watch]);
  }

  async watchLog(): Promise<string> {
    const { stdout, stderr } = await docker(['logs', this.watch]);
    return stdout + stderr;
  }

  /** `keykeeper status` beside the running watch: a look of its own, that changes nothing. */
  async status(): Promise<ResultDocument> {
    const { stdout, stderr } = await docker(['exec', this.watch, ...NODE, 'status', '--json']);
    return parsed(stdout, stderr);
  }

  /** What the running watch last saw, as it serves it; null where it does not answer (yet). */
  async watchStatus(): Promise<StatusDocument | null> {
    const published = await docker(['port', this.watch, '8377/tcp']);
    const address = published.stdout.split('\n')[0] ?? '';
    if (address === '') return null;
    return fetch(`http://${address}/status`).then(
      async (answer) => (await answer.json()) as StatusDocument,
      () => null,
    );
  }

  /** Waits until the watch's own status is as the predicate wants it. */
  async untilStatus(predicate: (status: StatusDocument) => boolean): Promise<StatusDocument> {
    const deadline = Date.now() + SECONDS_TO_WAIT * 1000;
    let last: StatusDocument | null = null;
    while (Date.now() < deadline) {
      last = await this.watchStatus();
      if (last !== null && predicate(last)) return last;
      await sleep(100);
    }
    throw new Error(`the watch never came there: ${JSON.stringify(last)}\n${await this.watchLog()}`);
  }

  async history(): Promise<HistoryEntry[]> {
    const { json } = await this.run(['history']);
    return json.details?.generations as HistoryEntry[];
  }

  /** Saves a secret through the settings page: `smtp_passwd`, or `glpi_mailcollectors:passwd:1` for a row's. */
  async saveSecret(name: string, value: string): Promise<void> {
    await postSettingsPage(this.#address, { [name]: value });
  }

  /** The stored secrets as GLPI itself opens them at this moment, by name; '' where it does not. */
  secretsOpen(): Promise<Record<string, string>> {
    return readSettingsPage(this.#address);
  }

  /** The live key file's bytes in base64; '' where there is none. */
  liveKey(): Promise<string> {
    return this.onVolumes('base64 -w0 /var/glpi/config/glpicrypt.key 2>/dev/null || true');
  }

  /** The distinct keys in the vault in base64, oldest first, read without Keykeeper. */
  async keptKeys(): Promise<string[]> {
    const read = `sed -nE 's/.*"glpicrypt.key": ?"([^"]+)".*/\\1/p' /vault/*/generations/*.json`;
    return [...new Set((await this.onVolumes(read)).split('\n'))];
  }

  /** Runs a shell script as root, beside the data at /var/glpi and the vault at /vault. */
  onVolumes(script: string): Promise<string> {
    const volumes = ['--volume', `${this.glpiVolume}:/var/glpi`, '--volume', `${this.vaultVolume}:/vault`];
    return dockerOutput(['run', '--rm', ...volumes, 'debian:bookworm-slim', 'sh', '-ec', script]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await docker(['rm', '--force', '--volumes', this.glpi, this.watch]);
    await docker(['volume', 'rm', '--force', this.#made.glpi, this.#made.vault]);
  }
}

function parsed(stdout: string, stderr: string): ResultDocument {
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    throw new Error(`not one JSON document: ${stdout}\n${stderr}`, { cause });
  }
}
