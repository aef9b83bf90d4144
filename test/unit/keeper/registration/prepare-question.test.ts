import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../../../src/config/presets.ts';
import { absolutePath } from '../../../../src/core/brand.ts';
import { prepareQuestion, type QuestionParts } from '../../../../src/keeper/prepare-question.ts';
import { settingsOf } from './check-scene.ts';
import { factsOf } from './simulated-network.ts';

function partsOf(changes: Partial<QuestionParts> = {}): QuestionParts {
  const reading = factsOf('a key');
  if (reading.kind !== 'facts') throw new Error('expected facts');
  return { settings: settingsOf(), environment: {}, facts: reading.facts, localDefine: null, ...changes };
}

async function requestOf(changes: Partial<QuestionParts> = {}) {
  const question = await prepareQuestion(partsOf(changes));
  if (question.kind === 'refused') throw new Error(question.cause.message);
  return question.request;
}

describe('a question to GLPI Network', () => {
  it('goes where GLPI would ask, as the official image does', async () => {
    const { endpoint, proxy, installationMode, version } = await requestOf();

    expect(endpoint).toMatchObject({
      infoUrl: 'https://services.glpi-network.com/api/registration/info',
      source: 'default',
    });
    expect({ proxy, installationMode, version }).toEqual({
      proxy: { kind: 'direct' },
      installationMode: 'DOCKER',
      version: '11.0.6',
    });
  });

  it('goes where the environment, local_define.php and the setting say, in this order from last to first', async () => {
    const localDefine = "<?php define('GLPI_NETWORK_SERVICES', 'https://from-file.example');";
    const environment = { GLPI_NETWORK_SERVICES: 'https://from-environment.example' };
    const settings = settingsOf({ registrationUrl: 'https://from-setting.example' });

    const hosts = await Promise.all(
      [{ localDefine }, { localDefine, environment }, { localDefine, environment, settings }].map(
        async (changes) => new URL((await requestOf(changes)).endpoint.infoUrl).hostname,
      ),
    );

    expect(hosts).toEqual(['from-file.example', 'from-environment.example', 'from-setting.example']);
  });

  it('names the way in which another image was installed', async () => {
    const preset = PRESETS.find((each) => each.name === 'diouxx') ?? settingsOf().preset;

    expect((await requestOf({ settings: settingsOf({ preset }) })).installationMode).toBe('TARBALL');
    expect((await requestOf({ environment: { GLPI_INSTALL_MODE: 'RPM' } })).installationMode).toBe('RPM');
  });

  it("takes GLPI's own proxy before that of the environment", async () => {
    const { facts } = partsOf();
    const environment = { https_proxy: 'http://environment.example:8080' };
    const own = { ...facts, proxy: { ...facts.proxy, name: 'glpi.example', port: '3128' } };

    const fromEnvironment = await requestOf({ environment });
    const fromGlpi = await requestOf({ environment, facts: own });

    expect(fromEnvironment.proxy).toMatchObject({ settings: { host: 'environment.example', port: 8080 } });
    expect(fromGlpi.proxy).toMatchObject({ settings: { host: 'glpi.example', port: 3128 } });
  });

  it('is not put where GLPI computes the address', async () => {
    const localDefine = "<?php define('GLPI_NETWORK_SERVICES', getenv('WHEREVER'));";

    expect(await prepareQuestion(partsOf({ localDefine }))).toMatchObject({
      kind: 'refused',
      cause: { code: 'endpoint-refused' },
    });
  });

  it('trusts the authorities of the file; one that cannot be read holds none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keykeeper-authorities-'));
    try {
      writeFileSync(join(folder, 'ca.pem'), 'an authority');
      const there = settingsOf({ caFile: absolutePath(join(folder, 'ca.pem')) });
      const gone = settingsOf({ caFile: absolutePath(join(folder, 'gone.pem')) });

      expect((await requestOf({ settings: there })).caFile).toBe('an authority');
      expect((await requestOf({ settings: gone })).caFile).toBe('');
      expect((await requestOf()).caFile).toBe(null);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
