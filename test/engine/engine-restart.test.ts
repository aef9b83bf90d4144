import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runWatch } from '../integration/keeper/run-watch.ts';
import { scratchInstance } from '../integration/keeper/scratch-instance.ts';
import { createScene, OWN_IMAGE } from '../integration/platform/docker-scene.ts';
import { docker } from '../stand-in/glpi/image.ts';
import { available } from '../stand-in/require.ts';
import { mayRestartEngine, restartEngine } from './restart-engine.ts';

describe.skipIf(!mayRestartEngine() || !(await available('docker')))('a watch whose Docker engine is restarted', () => {
  it('guards meanwhile, and looks again when GLPI starts on the engine that came back', async () => {
    await using scene = createScene();
    const mounts = [`${scene.volume('glpi')}:/var/glpi`];
    const own = await scene.run({ service: 'keykeeper', image: OWN_IMAGE, mounts });
    const glpi = await scene.run({ service: 'glpi', mounts });
    const platform = scene.open(own);
    using instance = scratchInstance(null, '');
    const key = randomBytes(32);
    instance.put('glpicrypt.key', key);
    await using watch = runWatch(instance.keeper('guard'), platform);
    await watch.until(({ result }) => result.generation !== null);

    await restartEngine();
    rmSync(instance.keyPath);
    await watch.until(({ result }) => result.reports.some((each) => each.action === 'restore-file' && each.done));
    const looks = watch.reports.length;
    await docker(['start', glpi]);
    await watch.until((each) => each.trigger === 'container' && watch.reports.indexOf(each) >= looks);

    expect(instance.read('glpicrypt.key')).toEqual(key);
    expect(await platform.observe()).toMatchObject({ running: true, container: { id: glpi } });
  });
});
