import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineAddress } from '../../../src/platform/docker/engine-address.ts';
import { docker } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';
import { type SocketProxy, startSocketProxy } from '../../stand-in/socket-proxy.ts';
import { collectHints, createScene, OWN_IMAGE, type Scene } from './docker-scene.ts';

const READING = ['containers', 'events', 'version'];

describe.skipIf(!(await available('docker')))('Docker Engine behind a socket proxy that only lets read', () => {
  let scene: Scene;
  let own: string;
  let glpi: string;
  let proxy: SocketProxy;
  beforeEach(async () => {
    scene = createScene();
    const mounts = [`${scene.volume('glpi')}:/var/glpi`];
    own = await scene.run({ service: 'keykeeper', image: OWN_IMAGE, mounts });
    glpi = await scene.run({ service: 'glpi', mounts });
  });
  afterEach(async () => {
    await scene[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  const addressOf = ({ port }: SocketProxy): EngineAddress => ({ kind: 'tcp', host: '127.0.0.1', port, tls: null });

  it('answers all that is asked, and is asked nothing else', async () => {
    proxy = await startSocketProxy({ rights: READING });
    const platform = scene.open(own, addressOf(proxy));
    const observation = await platform.observe();
    using following = collectHints(platform);

    await docker(['restart', '--time', '0', glpi]);
    await following.until('-glpi-1 start');

    expect(observation).toMatchObject({ running: true, findings: [], container: { id: glpi } });
    expect(proxy.requests.filter((each) => !/^GET (\/v1\.\d+)?\/(version|events|containers)/.test(each))).toEqual([]);
  });

  it('is asked without a warning of Node, which would stand in the log', async () => {
    const warnings: Error[] = [];
    const collect = (warning: Error): void => void warnings.push(warning);
    process.on('warning', collect);
    proxy = await startSocketProxy({ rights: READING });

    await scene.open(own, addressOf(proxy)).observe();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', collect);

    expect(warnings).toEqual([]);
  });

  it.each(['containers', 'events'])('is told apart from a dead one when it forbids %s', async (forbidden) => {
    proxy = await startSocketProxy({ rights: READING.filter((right) => right !== forbidden) });
    const platform = scene.open(own, addressOf(proxy));
    using _following = collectHints(platform);
    let findings = (await platform.observe()).findings;
    while (findings.length === 0) findings = (await platform.observe()).findings;

    expect(findings).toMatchObject([
      { code: 'platform-denied', try: expect.stringContaining(`${forbidden.toUpperCase()}=1`) },
    ]);
  });

  it('is followed again after the proxy was restarted, and what happened meanwhile is not missed', async () => {
    proxy = await startSocketProxy({ rights: READING });
    const { port } = proxy;
    const platform = scene.open(own, addressOf(proxy));
    await platform.observe();
    using following = collectHints(platform);
    await docker(['restart', '--time', '0', glpi]);
    await following.until('-glpi-1 start');

    await proxy[Symbol.asyncDispose]();
    await docker(['kill', glpi]);
    const away = await platform.observe();
    proxy = await startSocketProxy({ rights: READING, port });
    await following.until('connected again');
    const back = await platform.observe();

    expect(away).toMatchObject({ running: null, findings: [{ code: 'platform-unreachable' }] });
    expect(back).toMatchObject({ running: false, findings: [] });
  });

  it('is followed again after its stream went deaf without an end', async () => {
    proxy = await startSocketProxy({ rights: READING });
    const platform = scene.open(own, addressOf(proxy), { lookEvery: 100 });
    await platform.observe();
    using following = collectHints(platform);
    await docker(['restart', '--time', '0', glpi]);
    await following.until('-glpi-1 start');

    await platform.observe();
    proxy.deafen();
    await docker(['kill', glpi]);
    await following.until('changed without an event');
    await following.until('connected again');
    following.hints.length = 0;
    await docker(['start', glpi]);
    await following.until('-glpi-1 start');

    expect(following.hints).toEqual([`docker: ${scene.project}-glpi-1 start`]);
  });
});
