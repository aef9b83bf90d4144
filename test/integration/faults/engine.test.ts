import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Keeper } from '../../../src/keeper/keeper.ts';
import { monotonic } from '../../../src/keeper/monotonic.ts';
import type { WatchReport } from '../../../src/keeper/watch.ts';
import type { DockerTimings } from '../../../src/platform/docker/docker-platform.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import type { Fault } from '../../stand-in/fault-proxy/fault.ts';
import { type FaultProxy, startFaultProxy } from '../../stand-in/fault-proxy/fault-proxy.ts';
import { docker } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';
import { runWatch } from '../keeper/run-watch.ts';
import { scratchInstance } from '../keeper/scratch-instance.ts';
import { collectHints, createScene, OWN_IMAGE, type Scene } from '../platform/docker-scene.ts';

const ENGINE = { path: '/var/run/docker.sock' };
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
/** A chunk of 64 KiB (RFC 9112, 7.1) of JSON that has no end, and no line that ends. */
const CHUNK = `10000\r\n${'a'.repeat(65_536)}\r\n`;
const FLOOD = { first: Buffer.from(HEAD), flood: Buffer.from(CHUNK) };

describe.skipIf(!(await available('docker')))('Docker Engine over a socket that', () => {
  let scene: Scene;
  let own: string;
  let glpi: string;
  let proxy: FaultProxy;
  let folder: string;

  beforeAll(async () => {
    scene = createScene();
    const mounts = [`${scene.volume('glpi')}:/var/glpi`];
    own = await scene.run({ service: 'keykeeper', image: OWN_IMAGE, mounts });
    glpi = await scene.run({ service: 'glpi', mounts });
    // Loads the client: that takes longer on a busy machine than the questions below may.
    await scene.open(own).observe();
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keykeeper-engine-'));
    proxy = await startFaultProxy(ENGINE, join(folder, 'docker.sock'));
  });
  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  const open = (timings: Partial<DockerTimings> = {}): Platform => {
    return scene.open(own, { kind: 'socket', path: join(folder, 'docker.sock') }, timings);
  };

  it.each<[string, Fault]>([
    ['closes each connection', { break: { how: 'end' } }],
    ['is half-open', { break: { how: 'swallow' } }],
    ['breaks inside the head of an answer', { break: { how: 'end', after: 10 } }],
    ['breaks inside the body of an answer', { break: { how: 'end', after: 300 } }],
    ['falls silent inside the body of an answer', { break: { how: 'swallow', after: 300 } }],
    ['sends one byte a second', { bytesPerSecond: 1 }],
  ])('%s is asked no more than twice a look, is told of, and found again', async (_, fault) => {
    const platform = open({ request: 700 });
    const before = await platform.observe();
    proxy.forget();
    proxy.suffer(fault);

    const looks = [await platform.observe(), await platform.observe()];

    const connections = proxy.connections;
    proxy.heal();
    expect(before).toMatchObject({ running: true, container: { id: glpi }, findings: [] });
    for (const look of looks)
      expect(look).toMatchObject({ running: null, findings: [{ code: 'platform-unreachable' }] });
    // After trouble the version is asked for again, for it may be another engine.
    expect(connections).toBeLessThanOrEqual(2 * looks.length);
    expect(await platform.observe()).toMatchObject({ running: true, container: { id: glpi }, findings: [] });
  });

  it('is slow is waited for', async () => {
    proxy.suffer({ delay: 20 });

    expect(await open().observe()).toMatchObject({ running: true, container: { id: glpi } });
  });

  it('answers without end is given up after one connection', async () => {
    const platform = open({ request: 10_000 });
    await platform.observe();
    proxy.forget();
    proxy.suffer({ break: { how: FLOOD, since: ['GET '], direction: 'to-server' } });

    const look = await platform.observe();

    expect(look).toMatchObject({ running: null, findings: [{ code: 'platform-unreachable' }] });
    expect(proxy.connections).toBe(1);
    await expect.poll(() => proxy.open).toBe(0);
  });

  it('tells of an event without end is followed anew, and of what happens then', async () => {
    const platform = open();
    await platform.observe();
    proxy.suffer({ break: { how: FLOOD, since: ['/events'], direction: 'to-server', after: 7 } });
    using following = collectHints(platform);
    // Each attempt ends by itself, and the next comes later than the one before.
    await expect.poll(() => eventStreams(proxy), { timeout: 20_000 }).toBeGreaterThan(2);

    proxy.heal();
    await expect.poll(() => proxy.open).toBe(1);
    await docker(['restart', '--time', '0', glpi]);

    await following.until('-glpi-1 start');
  });

  it('is half-open takes nothing from the guard of files, and is followed again once it is healed', async () => {
    using instance = scratchInstance(null, '', { interval: 200 });
    const key = randomBytes(32);
    instance.put('glpicrypt.key', key);
    const platform = open({ request: 2_000, lookEvery: 200 });
    const { settings, openVault } = instance;
    const keeper = new Keeper({ settings, openVault, platform, now: () => new Date(), monotonic }, 'guard');
    await using watch = runWatch(keeper, platform);
    using following = collectHints(platform);
    await watch.until(({ result }) => result.generation !== null);
    proxy.suffer({ break: { how: 'swallow' } });
    proxy.reset();
    await watch.until(isUnreachable);

    const seen = watch.reports.length;
    rmSync(instance.keyPath);
    await watch.until((report) => watch.reports.indexOf(report) >= seen && restores(report.result.reports));

    expect(instance.read('glpicrypt.key')).toEqual(key);
    proxy.heal();
    const healed = watch.reports.length;
    const since = (each: WatchReport) => watch.reports.indexOf(each) >= healed;
    await watch.until((each) => since(each) && each.result.container?.id === glpi && !isUnreachable(each));
    const hints = following.hints.length;
    await docker(['restart', '--time', '0', glpi]);
    await expect.poll(() => following.hints.length, { timeout: 30_000 }).toBeGreaterThan(hints);
  });
});

function eventStreams({ passed }: FaultProxy): number {
  return passed.filter((pieces) => pieces.some(({ bytes }) => bytes.includes('/events'))).length;
}

function isUnreachable({ result }: WatchReport): boolean {
  return result.findings.some(({ code }) => code === 'platform-unreachable');
}

function restores(reports: readonly { readonly action: string; readonly done: boolean }[]): boolean {
  return reports.some(({ action, done }) => action === 'restore-file' && done);
}
