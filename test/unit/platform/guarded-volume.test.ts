import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { glpiContainer, openAt, ownContainer } from './docker-scene.ts';
import { type FakeContainer, type FakeEngine, startFakeEngine } from './fake-engine.ts';

const LABELS = { 'keykeeper.instance': 'glpi' };

type Mounts = NonNullable<FakeContainer['mounts']>;

function volume(name: string, destination: string): Mounts[number] {
  return { volume: name, source: `/var/lib/docker/volumes/${name}/_data`, destination };
}

function bind(source: string, destination: string): Mounts[number] {
  return { source, destination };
}

describe('the guarded directory and the volume that GLPI mounts', () => {
  let engine: FakeEngine;
  beforeEach(async () => {
    engine = await startFakeEngine();
  });
  afterEach(() => engine[Symbol.asyncDispose]());

  async function findingsOf(own: Mounts, glpi: Mounts, guarded = '/var/glpi/config', environment?: string[]) {
    const container = glpiContainer({ labels: LABELS, mounts: glpi, ...(environment && { environment }) });
    engine.containers = [ownContainer({ mounts: own }), container];
    await using platform = openAt(engine, { guarded });
    return (await platform.observe()).findings;
  }

  it.each([
    ['the same volume at the same place', [volume('glpi', '/var/glpi')], [volume('glpi', '/var/glpi')], undefined],
    [
      'a volume of its own for the config directory',
      [volume('c', '/config')],
      [volume('c', '/var/glpi/config')],
      '/config',
    ],
    ['the same host path', [bind('/srv/glpi/config', '/config')], [bind('/srv/glpi/', '/var/glpi')], '/config'],
    ['a parent of what GLPI mounts', [bind('/srv', '/srv')], [bind('/srv/glpi', '/var/glpi')], '/srv/glpi/config'],
  ])('accepts %s', async (_name, own, glpi, guarded) => {
    const findings = await findingsOf(own, glpi, guarded);

    expect(findings).toEqual([]);
  });

  it.each([
    ['another volume', [volume('glpi2', '/var/glpi')], [volume('glpi', '/var/glpi')]],
    ['another host path', [bind('/srv/glpi-new', '/var/glpi')], [bind('/srv/glpi', '/var/glpi')]],
    ['a host path where GLPI has a volume', [bind('/srv/glpi', '/var/glpi')], [volume('glpi', '/var/glpi')]],
    ['no volume at all', [], [volume('glpi', '/var/glpi')]],
    ['memory', [{ type: 'tmpfs', source: '', destination: '/var/glpi' }], [volume('glpi', '/var/glpi')]],
    [
      'a folder that a second volume hides from GLPI',
      [volume('glpi', '/var/glpi')],
      [volume('glpi', '/var/glpi'), volume('config', '/var/glpi/config')],
    ],
    [
      'a volume that GLPI has elsewhere',
      [volume('files', '/var/glpi/config')],
      [volume('config', '/var/glpi/config'), volume('files', '/var/glpi/files')],
    ],
  ])('finds that it guards %s', async (_name, own, glpi) => {
    const findings = await findingsOf(own, glpi);

    expect(findings).toMatchObject([
      { code: 'guarding-another-volume', severity: 'error', target: '/var/glpi/config' },
    ]);
  });

  it('goes by the usual names where GLPI does not say its config directory', async () => {
    const usual = await findingsOf([volume('c', '/guarded')], [volume('c', '/etc/glpi')], '/guarded', []);
    const unusual = await findingsOf([volume('c', '/guarded')], [volume('c', '/var/lib/files')], '/guarded', []);

    expect(usual).toEqual([]);
    expect(unusual).toMatchObject([{ code: 'guarding-another-volume', severity: 'warning' }]);
  });

  it('sees through a volume that is another name of a host path', async () => {
    engine.volumes = { bound: { type: 'none', o: 'rw,bind', device: '/srv/glpi' } };

    const findings = await findingsOf([bind('/srv/glpi', '/var/glpi')], [volume('bound', '/var/glpi')]);

    expect(findings).toEqual([]);
  });

  it('names the missing right where it may not look at a volume that it has to look at', async () => {
    engine.denied = ['volumes'];

    const findings = await findingsOf([bind('/srv/glpi', '/var/glpi')], [volume('bound', '/var/glpi')]);

    expect(findings).toMatchObject([{ code: 'platform-denied', try: expect.stringContaining('VOLUMES=1') }]);
  });

  it('shows no variable of the container but the directory', async () => {
    const findings = await findingsOf([volume('c', '/c')], [volume('c', '/x')], '/c', [
      'P=hunter2',
      'GLPI_CONFIG_DIR=/y',
    ]);

    expect(findings).toHaveLength(1);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });
});
