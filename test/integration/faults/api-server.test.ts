import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { absolutePath } from '../../../src/core/brand.ts';
import { Keeper } from '../../../src/keeper/keeper.ts';
import { monotonic } from '../../../src/keeper/monotonic.ts';
import type { WatchReport } from '../../../src/keeper/watch.ts';
import { type ApiClient, type ApiTimings, openApiClient } from '../../../src/kubernetes/api-client.ts';
import { followObject } from '../../../src/kubernetes/follow-object.ts';
import { openKubernetes } from '../../../src/platform/kubernetes/kubernetes-platform.ts';
import { openKubernetesVault } from '../../../src/vault/kubernetes/open-kubernetes-vault.ts';
import { secretSession } from '../../../src/vault/kubernetes/secret-session.ts';
import type { Fault } from '../../stand-in/fault-proxy/fault.ts';
import { type FaultProxy, startFaultProxy } from '../../stand-in/fault-proxy/fault-proxy.ts';
import { type ApiDouble, startApiDouble } from '../../stand-in/kubernetes/api-double.ts';
import { connectTo, QUICK, QUICK_FOLLOW } from '../../stand-in/kubernetes/connect.ts';
import { OWN_START, podObject } from '../../stand-in/kubernetes/pod.ts';
import { keyNamed } from '../../unit/vault/draft-of.ts';
import { type RunningWatch, runWatch } from '../keeper/run-watch.ts';
import { scratchInstance } from '../keeper/scratch-instance.ts';

const SECRETS = '/api/v1/namespaces/glpi/secrets';
const SECRET = { group: '', version: 'v1', resource: 'secrets', namespace: 'glpi', name: 'keys' };
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
/** A chunk of 64 KiB (RFC 9112, 7.1) in which no line ends. */
const FLOOD = { first: Buffer.from(HEAD), flood: Buffer.from(`10000\r\n${'a'.repeat(65_536)}\r\n`) };

let double: ApiDouble;
let proxy: FaultProxy;
const clients: ApiClient[] = [];

beforeEach(async () => {
  double = await startApiDouble();
  proxy = await startFaultProxy({ host: '127.0.0.1', port: Number(new URL(double.url).port) });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client[Symbol.dispose]();
  await proxy[Symbol.asyncDispose]();
  await double.stop();
});

function clientWith(timings: ApiTimings): ApiClient {
  const client = openApiClient(connectTo(`http://127.0.0.1:${proxy.port}`), timings);
  clients.push(client);
  return client;
}

describe('a question to an API server over a way that', () => {
  beforeEach(() => double.objects.create(SECRETS, { metadata: { name: 'keys' }, data: { a: 'YQ==' } }));

  it.each<[string, Fault]>([
    ['resets each connection', { break: { how: 'reset' } }],
    ['is half-open', { break: { how: 'swallow' } }],
    ['swallows the question', { break: { how: 'swallow', direction: 'to-server', after: 10 } }],
    ['breaks inside the head of the answer', { break: { how: 'end', after: 12 } }],
    ['breaks inside the body of the answer', { break: { how: 'end', after: 190 } }],
    ['is reset inside the body of the answer', { break: { how: 'reset', after: 190 } }],
    ['falls silent inside the body of the answer', { break: { how: 'swallow', after: 190 } }],
    ['sends one byte a second', { bytesPerSecond: 1 }],
  ])('%s is put as often as is meant, and answered once it is healed', async (_, fault) => {
    const client = clientWith(QUICK);
    proxy.suffer(fault);

    await expect(client.get(SECRET)).rejects.toMatchObject({ code: 'kubernetes-unreachable' });

    expect(proxy.connections).toBe(QUICK.attempts);
    proxy.heal();
    expect(await client.get(SECRET)).toMatchObject({ data: { a: 'YQ==' } });
  });

  it('is slow is answered at the first time', async () => {
    proxy.suffer({ delay: 20 });

    expect(await clientWith({ ...QUICK, timeout: 5_000 }).get(SECRET)).toMatchObject({ data: { a: 'YQ==' } });
    expect(proxy.connections).toBe(1);
  });

  it('answers without end is given up, as often as is meant', async () => {
    const client = clientWith({ ...QUICK, timeout: 20_000 });
    double.faults.plan({ kind: 'hang' });
    proxy.suffer({ break: { how: FLOOD, since: ['GET '], direction: 'to-server' } });

    await expect(client.get(SECRET)).rejects.toMatchObject({ code: 'kubernetes-unreachable' });

    expect(proxy.connections).toBe(QUICK.attempts);
    double.faults.clear();
    proxy.heal();
    expect(await client.get(SECRET)).toMatchObject({ data: { a: 'YQ==' } });
  });

  it('goes on with a line of a watch without end is opened anew, and tells of the next change', async () => {
    using stop = stopping();
    const seen: unknown[] = [];
    const troubles: unknown[] = [];
    const client = clientWith({ ...QUICK, timeout: 20_000 });
    proxy.suffer({ break: { how: FLOOD, since: ['watch=true'], direction: 'to-server' } });
    const follower = { onObject: (o: unknown) => void seen.push(o), onTrouble: (t: unknown) => void troubles.push(t) };
    const following = followObject(client, SECRET, follower, stop.signal, QUICK_FOLLOW);
    await expect.poll(() => troubles.some((each) => each !== null), { timeout: 20_000 }).toBe(true);

    proxy.heal();
    await expect.poll(() => double.watches.count, { timeout: 10_000 }).toBe(1);
    double.objects.patch(`${SECRETS}/keys`, { data: { a: 'Yg==' } });

    await expect.poll(() => seen.at(-1)).toMatchObject({ data: { a: 'Yg==' } });
    stop.controller.abort();
    await following;
  });
});

describe('a watch whose vault and pod are asked for over a way that', () => {
  it('is half-open puts a key back meanwhile, and uses both again by itself', async () => {
    using instance = scratchInstance(null, 'unused', { interval: 200 });
    instance.put('glpicrypt.key', keyNamed('live'));
    double.objects.create('/api/v1/namespaces/glpi/pods', podObject());
    const session = secretSession(new URL('kubernetes:///keys'), clientWith({ ...QUICK, timeout: 700 }));
    await using platform = openKubernetes({
      client: clientWith(QUICK),
      namespace: 'glpi',
      pod: 'glpi-0',
      traces: { podUid: 'c0ffee', container: 'keykeeper', startedAt: OWN_START },
      container: null,
      guardedDirectory: absolutePath('/var/glpi/config'),
      monotonic: () => performance.now(),
      timings: { follow: QUICK_FOLLOW, lookEvery: 1_000 },
    });
    const { settings } = instance;
    const openVault = () => {
      return openKubernetesVault(session, { instance: 'glpi', recipients: [], identity: null, create: true });
    };
    const keeper = new Keeper({ settings, openVault, platform, now: () => new Date(), monotonic }, 'guard');
    await using watch = runWatch(keeper, platform);
    await watch.until(({ result }) => result.generation !== null && result.container !== null);

    proxy.suffer({ break: { how: 'swallow' } });
    proxy.reset();
    proxy.forget();
    await expect.poll(() => proxy.connections, { timeout: 10_000 }).toBeGreaterThan(0);
    for (const damage of [() => rmSync(instance.keyPath), () => writeFileSync(instance.keyPath, '')]) {
      const seen = watch.reports.length;
      damage();
      await expect.poll(() => instance.read('glpicrypt.key').length, { timeout: 900 }).toBe(32);
      expect(watch.reports.slice(seen).filter(isWhole)).toEqual([]);
    }
    await broken(watch);
    proxy.heal();

    const healed = watch.reports.length;
    const report = await watch.until((each) => watch.reports.indexOf(each) >= healed && isWhole(each) && isWell(each));
    expect(report.result.container).toMatchObject({ name: 'glpi' });
    expect(instance.read('glpicrypt.key')).toEqual(keyNamed('live'));
  });
});

async function broken(watch: RunningWatch): Promise<void> {
  await watch.until(({ result }) => result.after.pass.observation.vault.kind === 'broken');
}

/** A whole pass that looked at the vault, not what was put back beside it. */
function isWhole({ result }: WatchReport): boolean {
  return !result.reports.some(({ action }) => action === 'restore-file');
}

function isWell({ result }: WatchReport): boolean {
  return result.after.pass.observation.vault.kind === 'ready' && result.container !== null;
}

function stopping(): Disposable & { controller: AbortController; signal: AbortSignal } {
  const controller = new AbortController();
  return { controller, signal: controller.signal, [Symbol.dispose]: () => controller.abort() };
}
