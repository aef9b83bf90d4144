import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { docker } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';
import { startSocketProxy } from '../../stand-in/socket-proxy.ts';
import { createScene, OWN_IMAGE } from '../platform/docker-scene.ts';
import { runWatch } from './run-watch.ts';
import { scratchInstance } from './scratch-instance.ts';

const rights = ['containers', 'events', 'version'];

describe.skipIf(!(await available('docker')))('a watch whose engine goes away', () => {
  it('looks again once it is back, though GLPI was re-created under a new id meanwhile', async () => {
    await using scene = createScene();
    const mounts = [`${scene.volume('glpi')}:/var/glpi`];
    const own = await scene.run({ service: 'keykeeper', image: OWN_IMAGE, mounts });
    const before = await scene.run({ service: 'glpi', mounts });
    const first = await startSocketProxy({ rights });
    const { port } = first;
    const platform = scene.open(own, { kind: 'tcp', host: '127.0.0.1', port, tls: null });
    const seen = await platform.observe();
    using instance = scratchInstance(null, '');
    instance.put('glpicrypt.key', randomBytes(32));
    await using watch = runWatch(instance.keeper('guard'), platform);
    await watch.until(({ result }) => result.generation !== null);

    await docker(['restart', '--time', '0', before]);
    await watch.until(({ trigger }) => trigger === 'container');
    await first[Symbol.asyncDispose]();
    await docker(['rm', '--force', before]);
    const after = await scene.run({ service: 'glpi', mounts });
    const looks = watch.reports.length;
    await using _ = await startSocketProxy({ rights, port });
    const report = await watch.until((each) => each.trigger === 'container' && watch.reports.indexOf(each) >= looks);

    expect(seen).toMatchObject({ running: true, container: { id: before } });
    expect(report.result.after.judgement.verdict).toBe('unproven');
    expect(await platform.observe()).toMatchObject({ running: true, container: { id: after } });
  });
});
