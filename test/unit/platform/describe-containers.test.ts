import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Platform, PlatformDescription } from '../../../src/platform/platform.ts';
import { GLPI_ID, glpiContainer, openAt, ownContainer, PROJECT } from './docker-scene.ts';
import { type FakeContainer, type FakeEngine, startFakeEngine } from './fake-engine.ts';

const KEYKEEPER = { ...PROJECT, 'org.opencontainers.image.title': 'Keykeeper' };

describe('the containers of a set-up', () => {
  let engine: FakeEngine;
  beforeEach(async () => {
    engine = await startFakeEngine();
  });
  afterEach(async () => {
    await engine[Symbol.asyncDispose]();
  });

  async function describeWith(containers: FakeContainer[], scene: Parameters<typeof openAt>[1] = {}) {
    engine.containers = containers;
    await using platform = openAt(engine, scene);
    return await described(platform);
  }

  it('are GLPI, this one, and the others of Keykeeper in the same project alone', async () => {
    const init = { id: 'c'.repeat(64), name: 'helpdesk-keykeeper-init-1', labels: KEYKEEPER };
    const database = { id: 'd'.repeat(64), name: 'helpdesk-db-1', labels: PROJECT };
    const stranger = { id: 'e'.repeat(64), name: 'other-keykeeper-1', labels: { ...KEYKEEPER, ...OTHER_PROJECT } };

    const { glpi, own, keepers } = await describeWith([ownContainer(), glpiContainer(), init, database, stranger]);

    expect(glpi?.name).toBe('helpdesk-glpi-1');
    expect(own?.name).toBe('helpdesk-keykeeper-1');
    expect(keepers.map((each) => each.name)).toEqual(['helpdesk-keykeeper-init-1']);
  });

  it('tell of the variables of GLPI those alone that switch something', async () => {
    const environment = ['GLPI_DB_PASSWORD=hunter2', 'GLPI_SKIP_AUTOINSTALL=true', 'GLPI_CRONTAB_ENABLED=1'];

    const description = await describeWith([ownContainer(), glpiContainer({ environment })]);

    expect(description.glpi?.switches).toEqual({ GLPI_SKIP_AUTOINSTALL: 'true', GLPI_CRONTAB_ENABLED: '1' });
    expect(JSON.stringify(description)).not.toContain('hunter2');
  });

  it('do not take GLPI for this one where both share a network, and find it all the same', async () => {
    const { glpi, own } = await describeWith([glpiContainer()], { container: 'helpdesk-glpi-1', ownId: GLPI_ID });

    expect(glpi?.name).toBe('helpdesk-glpi-1');
    expect(own).toBeNull();
  });

  it('come with the clock of the engine', async () => {
    const { clockAhead } = await describeWith([ownContainer(), glpiContainer()]);

    expect(Math.abs(clockAhead ?? Number.NaN)).toBeLessThan(60_000);
  });

  it('are no business of whoever may not ask', async () => {
    engine.denied = ['containers'];

    await expect(describeWith([glpiContainer()])).rejects.toMatchObject({ code: 'platform-denied' });
  });
});

const OTHER_PROJECT = { 'com.docker.compose.project': 'other' };

async function described(platform: Platform): Promise<PlatformDescription> {
  if (platform.describe === undefined) throw new Error('nobody to ask');
  return await platform.describe(AbortSignal.timeout(10_000));
}
