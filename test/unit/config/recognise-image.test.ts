import { describe, expect, it } from 'vitest';
import { recogniseImage } from '../../../src/config/recognise-image.ts';
import { loadWith } from './load-with.ts';

const SOURCE = 'org.opencontainers.image.source';

function recognised(image: string, labels: Record<string, string> = {}) {
  return recogniseImage({ container: 'helpdesk-glpi-1', image, labels });
}

describe("the image of GLPI's container", () => {
  it.each([
    ['glpi/glpi:11.0.6', 'official'],
    ['glpi/glpi', 'official'],
    ['ghcr.io/glpi-project/glpi:10.0.17@sha256:0123', 'official'],
    ['docker.io/diouxx/glpi:latest', 'diouxx'],
    ['localhost:5000/diouxx/glpi', 'diouxx'],
    ['mirror.example:443/hub/fametec/glpi:10', 'fametec'],
    ['eftechcombr/glpi:php-fpm-10.0.18', 'eftechcombr'],
    ['elestio/glpi', 'elestio'],
    ['turgon37/glpi', 'turgon37'],
    ['ghcr.io/netresearch/docker-glpi', 'netresearch'],
    ['trikorasolns/glpi', 'trikorasolns'],
    ['jr0w3/docker-glpi', 'jr0w3'],
  ])('%s speaks for %s', (image, preset) => {
    expect(recognised(image)).toMatchObject({
      preset: { name: preset },
      evidence: `container helpdesk-glpi-1 is of image ${image}`,
    });
  });

  it.each(['mariadb:10.11', 'glpi', 'elestio/postgres', 'company/helpdesk:7', 'sha256:0123', ''])(
    '%j speaks for none',
    (image) => {
      expect(recognised(image)).toBeNull();
    },
  );

  it('is told of by the label of the image that it was built on', () => {
    const built = recognised('company/helpdesk:7', { [SOURCE]: 'https://github.com/glpi-project/docker-images.git' });

    expect(built).toMatchObject({
      preset: { name: 'official' },
      evidence: `label ${SOURCE} of container helpdesk-glpi-1`,
    });
    expect(recognised('company/helpdesk:7', { [SOURCE]: 'not an address' })).toBeNull();
    expect(recognised('company/helpdesk:7', { [SOURCE]: 'https://github.com/elestio/postgres' })).toBeNull();
  });

  it('gives way to a label that names the preset, unless that names none', () => {
    expect(recognised('diouxx/glpi', { 'keykeeper.preset': 'turgon37' })?.preset.name).toBe('turgon37');
    expect(recognised('diouxx/glpi', { 'keykeeper.preset': 'nobody' })?.preset.name).toBe('diouxx');
  });

  it('counts before variables and directories, and never before a preset that is named', async () => {
    const image = { container: 'glpi', image: 'diouxx/glpi', labels: {} };
    const variables = { MARIADB_HOST: 'db' };

    const found = await loadWith({ environment: variables, image, directories: ['/etc/glpi/config'] });
    const named = await loadWith({ environment: { ...variables, KEYKEEPER_PRESET: 'fametec' }, image });

    expect(found.settings).toMatchObject({ preset: { name: 'diouxx' }, configDir: '/var/www/html/glpi/config' });
    expect([found.settings.presetEvidence, named.settings.presetEvidence]).toEqual([
      'container glpi is of image diouxx/glpi',
      'KEYKEEPER_PRESET names it',
    ]);
    expect(named.settings.preset.name).toBe('fametec');
  });
});

describe('the config directory, where no variables speak', () => {
  it.each([
    [['/var/www/html/glpi/config'], 'diouxx'],
    [['/etc/glpi', '/etc/glpi/config'], 'eftechcombr'],
    [['/app/config'], 'jr0w3'],
    [['/var/glpi/config', '/app/config'], 'official'],
    [[], 'official'],
  ])('%j speaks for %s', async (directories, preset) => {
    expect((await loadWith({ directories })).settings.preset.name).toBe(preset);
  });

  it.each([
    [82, 'netresearch'],
    [33, 'trikorasolns'],
  ])('speaks by its owner %d where two images share it', async (owner, preset) => {
    const { settings } = await loadWith({ directories: ['/etc/glpi'], owner });

    expect(settings).toMatchObject({
      preset: { name: preset },
      presetEvidence: `the config directory is /etc/glpi, owned by ${owner}`,
    });
  });

  it('is not guessed at where its owner speaks for neither', async () => {
    await expect(loadWith({ directories: ['/etc/glpi'] })).rejects.toMatchObject({ code: 'invalid-setting' });
  });

  it('speaks for an image where it was set to the place that only this one has', async () => {
    const place = (path: string) => loadWith({ environment: { KEYKEEPER_CONFIG_DIR: path } });

    const found = [await place('/var/www/config'), await place('/etc/glpi'), await place('/glpi-config')];

    expect(found.map(({ settings }) => settings.preset.name)).toEqual(['turgon37', 'official', 'official']);
  });
});
