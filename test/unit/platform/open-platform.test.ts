import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { absolutePath } from '../../../src/core/brand.ts';
import { engineAddress, engineAtHand, showAddress } from '../../../src/platform/docker/engine-address.ts';
import { openPlatform } from '../../../src/platform/open-platform.ts';
import { startFakeEngine } from './fake-engine.ts';

describe('opening a platform', () => {
  const guardedDirectory = absolutePath('/var/glpi/config');
  const request = { instance: 'glpi', container: 'glpi', pod: null, guardedDirectory };

  it('knows nothing and asks nobody without an engine', async () => {
    await using engine = await startFakeEngine();
    const environment = { DOCKER_HOST: showAddress(engine.address) };
    await using platform = await openPlatform({ ...request, platform: 'none', environment });

    const observation = await platform.observe();

    expect(platform.name).toBe('none');
    expect(observation).toEqual({ running: null, container: null, findings: [] });
    expect(engine.requests).toEqual([]);
  });

  it.each(['auto', 'docker'] as const)('asks the engine of DOCKER_HOST when told %s', async (platformName) => {
    await using engine = await startFakeEngine();
    engine.containers = [{ id: 'b'.repeat(64), name: 'glpi', state: 'exited' }];
    const environment = { DOCKER_HOST: showAddress(engine.address) };
    await using platform = await openPlatform({ ...request, platform: platformName, environment });

    const observation = await platform.observe();

    expect(platform.name).toBe('docker');
    expect(observation.running).toBe(false);
  });

  it('takes an engine to be at hand where it is named or its socket exists', () => {
    const here = import.meta.filename;

    expect(engineAtHand({}, '/nowhere/docker.sock')).toBe(false);
    expect(engineAtHand({ DOCKER_HOST: '' }, '/nowhere/docker.sock')).toBe(false);
    expect(engineAtHand({}, here)).toBe(true);
    expect(engineAtHand({ DOCKER_HOST: 'tcp://proxy:2375' }, '/nowhere/docker.sock')).toBe(true);
  });

  it.each([
    [undefined, 'unix:///var/run/docker.sock'],
    ['unix://', 'unix:///var/run/docker.sock'],
    ['unix:///run/user/1000/docker.sock', 'unix:///run/user/1000/docker.sock'],
    ['tcp://socket-proxy', 'tcp://socket-proxy:2375'],
    ['http://10.0.0.1:99', 'tcp://10.0.0.1:99'],
    ['tcp://[::1]:2375', 'tcp://[::1]:2375'],
    ['https://engine', 'https://engine:2376'],
  ])('reads DOCKER_HOST=%s', (host, shown) => {
    const address = engineAddress({ DOCKER_HOST: host });

    expect(showAddress(address)).toBe(shown);
  });

  it.each(['ssh://root@host', 'npipe:////./pipe/docker_engine', 'socket-proxy:2375', 'tcp://', 'nonsense'])(
    'refuses DOCKER_HOST=%s with an example',
    async (host) => {
      const opening = openPlatform({ ...request, platform: 'docker', environment: { DOCKER_HOST: host } });

      await expect(opening).rejects.toMatchObject({ code: 'invalid-setting', target: 'DOCKER_HOST' });
    },
  );

  it('reads the certificates beside DOCKER_TLS_VERIFY, and says which folder lacks them', () => {
    const directory = mkdtempSync(join(tmpdir(), 'keykeeper-certificates-'));
    const environment = { DOCKER_HOST: 'tcp://engine', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: directory };
    try {
      expect(() => engineAddress(environment)).toThrow(`DOCKER_CERT_PATH is ${directory}`);
      for (const name of ['ca', 'cert', 'key']) writeFileSync(join(directory, `${name}.pem`), name);
      const tls = { ca: Buffer.from('ca'), cert: Buffer.from('cert'), key: Buffer.from('key') };
      expect(engineAddress(environment)).toEqual({ kind: 'tcp', host: 'engine', port: 2376, tls });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
