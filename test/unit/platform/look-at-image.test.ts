import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookAtImage } from '../../../src/platform/docker/look-at-image.ts';
import { glpiContainer, OWN_ID, ownContainer } from './docker-scene.ts';
import { type FakeEngine, startFakeEngine } from './fake-engine.ts';

const TRACES = { mountinfo: '', cgroup: `1:cpu:/docker/${OWN_ID}`, hostname: 'host' };
const SEARCH = { instance: 'glpi', container: null, directories: ['/etc/glpi', '/var/glpi/config'] };

describe('looking at the image of GLPI', () => {
  let engine: FakeEngine;
  beforeEach(async () => {
    engine = await startFakeEngine();
  });
  afterEach(() => engine[Symbol.asyncDispose]());

  it('finds the container that shares a directory, also one that never ran, and tells no environment', async () => {
    engine.containers = [ownContainer(), glpiContainer({ state: 'created' })];

    const image = await lookAtImage(engine.address, TRACES, SEARCH);

    expect(image).toMatchObject({ container: 'helpdesk-glpi-1', image: 'glpi/glpi:11.0.6' });
    expect(JSON.stringify(image)).not.toContain('hunter2');
  });

  it('finds a labelled one where no directory is here', async () => {
    const labels = { 'keykeeper.instance': 'glpi', 'keykeeper.preset': 'turgon37' };
    engine.containers = [ownContainer(), glpiContainer({ labels, mounts: [] })];

    const image = await lookAtImage(engine.address, TRACES, { ...SEARCH, directories: [] });

    expect(image?.labels).toMatchObject(labels);
  });

  it('says nothing where several could be it, none is, or the engine is away', async () => {
    engine.containers = [
      ownContainer(),
      glpiContainer(),
      glpiContainer({ id: 'c'.repeat(64), name: 'helpdesk-cron-1' }),
    ];
    const several = await lookAtImage(engine.address, TRACES, SEARCH);
    engine.containers = [ownContainer()];
    const none = await lookAtImage(engine.address, TRACES, SEARCH);
    const away = await lookAtImage({ kind: 'socket', path: '/nowhere.sock' }, TRACES, SEARCH);

    expect([several, none, away]).toEqual([null, null, null]);
  });
});
