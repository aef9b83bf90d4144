import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { docker, dockerOutput } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';
import { collectHints, createScene, OWN_IMAGE, type Scene } from './docker-scene.ts';

const CLONE = new URL('../../..', import.meta.url).pathname;

describe.skipIf(!(await available('docker')))('GLPI on a real Docker Engine', () => {
  let scene: Scene;
  let volume: string;
  beforeEach(() => {
    scene = createScene();
    volume = `${scene.volume('glpi')}:/var/glpi`;
  });
  afterEach(() => scene[Symbol.asyncDispose]());

  const startKeykeeper = (): Promise<string> => scene.run({ service: 'keykeeper', image: OWN_IMAGE, mounts: [volume] });
  const startGlpi = (options: string[] = [], mounts: string[] = [volume]): Promise<string> =>
    scene.run({ service: 'glpi', mounts, options: ['--env', 'GLPI_CONFIG_DIR=/var/glpi/config', ...options] });

  it('is found by the volume that both mount, running and killed', async () => {
    const platform = scene.open(await startKeykeeper());
    const id = await startGlpi();

    const running = await platform.observe();
    await docker(['kill', id]);
    const killed = await platform.observe();

    const name = `${scene.project}-glpi-1`;
    expect(running).toMatchObject({ running: true, findings: [], container: { id, name, restarts: 0, health: null } });
    expect(killed).toMatchObject({ running: false, findings: [], container: { id } });
  });

  it('is followed through start, death, health and being made anew', async () => {
    const platform = scene.open(await startKeykeeper());
    const health = ['--health-cmd', 'test -e /tmp/well', '--health-interval', '1s', '--health-retries', '1'];
    const first = await startGlpi(health);
    await platform.observe();
    using following = collectHints(platform);

    await following.until('health_status: unhealthy');
    await docker(['exec', first, 'touch', '/tmp/well']);
    await following.until('health_status: healthy');
    const healthy = await platform.observe();
    await docker(['rm', '--force', first]);
    await following.until('die (exit code 137)');
    const second = await startGlpi(health);
    await following.until('-glpi-1 start');
    const anew = await platform.observe();

    expect(healthy.container).toMatchObject({ id: first, health: 'healthy' });
    expect(anew.container?.id).toBe(second);
  });

  it('is called restarting when it ends again and again', async () => {
    const platform = scene.open(await startKeykeeper());
    await scene.run({
      service: 'glpi',
      mounts: [volume],
      options: ['--restart', 'always'],
      command: ['sh', '-c', 'exit 6'],
    });
    using following = collectHints(platform);

    await following.until('die (exit code 6)');
    let observation = await platform.observe();
    while ((observation.container?.restarts ?? 0) < 3) observation = await platform.observe();

    expect(observation.running).toBe(true);
    expect(observation.findings).toMatchObject([
      { code: 'glpi-restarting', message: expect.stringContaining('last exit code 6') },
    ]);
  });

  it.each([
    ['another volume', (name: string) => `${name}:/var/glpi`],
    ['a host path', () => '/tmp:/var/glpi'],
  ])('is told apart where it mounts %s', async (_name, other) => {
    const platform = scene.open(await startKeykeeper());
    await startGlpi(['--label', `keykeeper.instance=${scene.project}`], [other(scene.volume('other'))]);

    const observation = await platform.observe();

    expect(observation.findings).toMatchObject([{ code: 'guarding-another-volume', severity: 'error' }]);
  });

  it('is the right one where a volume is only another name of the host path that Keykeeper mounts', async () => {
    const bound = scene.volume('bound');
    const options = ['--opt', 'type=none', '--opt', 'o=bind', '--opt', 'device=/tmp'];
    await dockerOutput(['volume', 'create', ...options, bound]);
    const own = await scene.run({ service: 'keykeeper', image: OWN_IMAGE, mounts: ['/tmp:/var/glpi'] });
    await startGlpi(['--label', `keykeeper.instance=${scene.project}`], [`${bound}:/var/glpi`]);

    const observation = await scene.open(own).observe();

    expect(observation).toMatchObject({ running: true, findings: [] });
  });

  it('is found from inside a container that knows itself, whatever its host name', async () => {
    await startGlpi();
    const script = `
      const { openPlatform } = await import('/clone/src/platform/open-platform.ts');
      const request = { platform: 'auto', instance: 'glpi', container: null, guardedDirectory: '/var/glpi/config' };
      await using platform = await openPlatform({ ...request, environment: process.env });
      process.stdout.write(JSON.stringify(await platform.observe()));`;
    const mounts = [volume, `${CLONE}:/clone:ro`, '/var/run/docker.sock:/var/run/docker.sock'];
    const own = await scene.run({
      service: 'keykeeper',
      image: OWN_IMAGE,
      mounts,
      options: ['--hostname', 'helpdesk'],
      command: ['node', '--input-type=module', '--eval', script],
    });

    await docker(['wait', own]);
    const observation = JSON.parse(await dockerOutput(['logs', own]));

    expect(observation).toMatchObject({ running: true, findings: [], container: { name: `${scene.project}-glpi-1` } });
  });
});
