import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { noPlatform } from '../../src/platform/none.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { runWatch } from '../integration/keeper/run-watch.ts';
import { scratchInstance } from '../integration/keeper/scratch-instance.ts';
import { createScene, OWN_IMAGE } from '../integration/platform/docker-scene.ts';
import { docker } from '../stand-in/glpi/image.ts';
import { available } from '../stand-in/require.ts';
import { mayRestartEngine, restartEngine } from './restart-engine.ts';

/** No timer looks within a test. */
const A_DAY = 86_400_000;

describe.skipIf(!mayRestartEngine() || !(await available('docker')))('a watch whose Docker engine is restarted', () => {
  it('guards meanwhile, and looks again when GLPI starts on the engine that came back', async () => {
    await using scene = createScene();
    const mounts = [`${scene.volume('glpi')}:/var/glpi`];
    const own = await scene.run({ service: 'keykeeper', image: OWN_IMAGE, mounts });
    const glpi = await scene.run({ service: 'glpi', mounts });
    const platform = scene.open(own);
    using instance = scratchInstance(null, '', { interval: A_DAY });
    const key = randomBytes(32);
    instance.put('glpicrypt.key', key);
    const changes: string[] = [];
    const told: Platform = {
      ...noPlatform(),
      follow: (onChange, signal) => {
        const note = (reason: string) => {
          changes.push(reason);
          onChange(reason);
        };
        platform.follow(note, signal);
      },
    };
    await using watch = runWatch(instance.keeper('guard'), told);
    await watch.until(({ result }) => result.generation !== null);

    await restartEngine();
    rmSync(instance.keyPath);
    await watch.until(({ result }) => result.reports.some((each) => each.action === 'restore-file' && each.done));
    const [looks, known] = [watch.reports.length, changes.length];
    await docker(['start', glpi]);
    // Whichever request it is that the look answers: what is asked for before a pass begins is one look.
    await watch.until((each) => changes.length > known && watch.reports.indexOf(each) >= looks);

    expect(instance.read('glpicrypt.key')).toEqual(key);
    expect(await platform.observe()).toMatchObject({ running: true, container: { id: glpi } });
  });
});
