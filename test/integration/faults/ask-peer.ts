import { readFileSync } from 'node:fs';
import { Secret } from '../../../src/core/secret.ts';
import { openDatabase } from '../../../src/glpi/database/open-database.ts';
import { askRegistration } from '../../../src/glpi/network/ask-registration.ts';
import { openApiClient } from '../../../src/kubernetes/api-client.ts';
import { followObject } from '../../../src/kubernetes/follow-object.ts';
import { readEvents } from '../../../src/platform/docker/container-event.ts';
import { openEngine } from '../../../src/platform/docker/engine.ts';
import { connectTo, QUICK, QUICK_FOLLOW } from '../../stand-in/kubernetes/connect.ts';
import { endpointAt, HERE } from '../network/question.ts';

/** Whom a process of its own asks, once, over which port of this machine. */
export interface Order {
  readonly peer: Peer;
  readonly port: number;
  /** Of the database. */
  readonly password: string;
  readonly schema: string;
}

export type Peer =
  | 'database'
  | 'engine'
  | 'events of the engine'
  | 'API server'
  | 'watch of the API server'
  | 'GLPI Network';

/** How it ended, and the most memory that the process had, in KiB. */
export interface Told {
  readonly outcome: string;
  readonly peak: number;
}

/** Long enough that no time limit ends what has no end. */
const PATIENCE = 60_000;
const SECRET = { group: '', version: 'v1', resource: 'secrets', namespace: 'glpi', name: 'keys' };

const ASK: Readonly<Record<Peer, (order: Order) => Promise<string>>> = {
  async database({ port, password, schema }) {
    const hosts = [`127.0.0.1:${port}`];
    const target = { source: 'setting', hosts, user: 'root', password: new Secret(password), schema } as const;
    const opened = await openDatabase(target, { connectTimeout: PATIENCE, queryTimeout: PATIENCE });
    if (opened.kind === 'unreachable') return opened.reason;
    await using database = opened.database;
    await database.readValues('full');
    return 'answered';
  },
  async engine({ port }) {
    const engine = openEngine({ kind: 'tcp', host: '127.0.0.1', port, tls: null }, PATIENCE);
    await engine.list({});
    return 'answered';
  },
  async 'events of the engine'({ port }) {
    using stop = new Stop();
    const engine = openEngine({ kind: 'tcp', host: '127.0.0.1', port, tls: null }, PATIENCE);
    for await (const _ of readEvents(await engine.events(['start'], stop.signal))) break;
    return 'answered';
  },
  async 'API server'({ port }) {
    using client = openApiClient(connectTo(`http://127.0.0.1:${port}`), { ...QUICK, timeout: PATIENCE });
    await client.get(SECRET);
    return 'answered';
  },
  async 'watch of the API server'({ port }) {
    using stop = new Stop();
    using client = openApiClient(connectTo(`http://127.0.0.1:${port}`), { ...QUICK, timeout: PATIENCE });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    let heard = 0;
    const onObject = () => {
      heard += 1;
      if (heard > 1) resolve('answered');
    };
    const onTrouble = (failure: Error | null) => void (failure !== null && reject(failure));
    void followObject(client, SECRET, { onObject, onTrouble }, stop.signal, QUICK_FOLLOW);
    return await promise;
  },
  async 'GLPI Network'({ port }) {
    const answer = await askRegistration({
      endpoint: endpointAt(`http://127.0.0.1:${port}`),
      key: new Secret('a2V5'),
      uid: 'uid',
      version: '11.0.6',
      installationMode: 'DOCKER',
      language: 'en_GB',
      proxy: { kind: 'direct' },
      caFile: null,
      totalTimeout: PATIENCE,
      surroundings: HERE,
    });
    return answer.kind === 'failed' ? answer.cause.code : 'answered';
  },
};

class Stop implements Disposable {
  readonly #controller = new AbortController();
  readonly signal = this.#controller.signal;

  [Symbol.dispose](): void {
    this.#controller.abort();
  }
}

/** proc_pid_status(5): the peak of the resident set, in KiB. */
function peak(): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

if (import.meta.main) {
  const order: Order = JSON.parse(process.argv[2] ?? '');
  const outcome = await ASK[order.peer](order).catch((error: unknown) => {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  });
  const told: Told = { outcome, peak: peak() };
  process.stdout.write(JSON.stringify(told));
  process.exit();
}
