import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GLPI_ID, glpiContainer, OWN_ID, openAt, ownContainer, PROJECT } from './docker-scene.ts';
import { type FakeEngine, startFakeEngine } from './fake-engine.ts';

describe('finding the GLPI container', () => {
  let engine: FakeEngine;
  beforeEach(async () => {
    engine = await startFakeEngine();
  });
  afterEach(() => engine[Symbol.asyncDispose]());

  it('takes the single container of its own Compose project that mounts the guarded directory', async () => {
    const database = { id: 'c'.repeat(64), name: 'helpdesk-db-1', labels: PROJECT };
    const stranger = glpiContainer({ id: 'd'.repeat(64), name: 'other-glpi-1', labels: {} });
    engine.containers = [ownContainer(), database, stranger, glpiContainer({ health: 'healthy' })];
    await using platform = openAt(engine);

    const observation = await platform.observe();

    expect(observation).toEqual({
      running: true,
      container: {
        id: GLPI_ID,
        name: 'helpdesk-glpi-1',
        image: 'glpi/glpi:11.0.6',
        startedAt: '2026-01-02T03:04:05.678Z',
        restarts: 0,
        health: 'healthy',
      },
      findings: [],
    });
  });

  it('never takes its own init container, which has its image, nor a one-off run, for GLPI', async () => {
    const init = ownContainer({ id: 'c'.repeat(64), name: 'helpdesk-keykeeper-init-1' });
    const older = ownContainer({
      id: 'd'.repeat(64),
      imageId: 'sha256:older',
      labels: { ...PROJECT, 'org.opencontainers.image.title': 'Keykeeper' },
    });
    const oneOff = glpiContainer({ id: 'e'.repeat(64), labels: { ...PROJECT, 'com.docker.compose.oneoff': 'True' } });
    engine.containers = [ownContainer(), init, older, oneOff, glpiContainer({ state: 'exited' })];
    await using platform = openAt(engine);

    const observation = await platform.observe();

    expect(observation.container?.id).toBe(GLPI_ID);
    expect(observation.running).toBe(false);
  });

  it('prefers the instance label to everything else', async () => {
    const labelled = glpiContainer({ id: 'c'.repeat(64), labels: { 'keykeeper.instance': 'glpi' } });
    engine.containers = [ownContainer(), glpiContainer(), labelled];
    await using platform = openAt(engine, { container: 'helpdesk-glpi-1' });

    const observation = await platform.observe();

    expect(observation.container?.id).toBe(labelled.id);
  });

  it.each(['helpdesk-glpi-1', 'glpi'])('finds the container that KEYKEEPER_CONTAINER=%s names', async (container) => {
    const near = glpiContainer({ id: 'c'.repeat(64), name: 'my-helpdesk-glpi-10', labels: {} });
    engine.containers = [ownContainer(), near, glpiContainer()];
    await using platform = openAt(engine, { container });

    const observation = await platform.observe();

    expect(observation.container?.id).toBe(GLPI_ID);
  });

  it('does not take a service of the same name in another project', async () => {
    const labels = { 'com.docker.compose.project': 'other', 'com.docker.compose.service': 'glpi' };
    engine.containers = [ownContainer(), glpiContainer({ labels })];
    await using platform = openAt(engine, { container: 'glpi' });

    const observation = await platform.observe();

    expect(observation).toMatchObject({ running: null, container: null });
    expect(observation.findings).toMatchObject([{ code: 'container-not-found', target: 'KEYKEEPER_CONTAINER' }]);
  });

  it('takes the running one while a re-created container and its twin both exist', async () => {
    const twin = glpiContainer({ id: 'c'.repeat(64), state: 'created', created: 1_800_000_000 });
    engine.containers = [ownContainer(), twin, glpiContainer()];
    await using platform = openAt(engine);

    const running = await platform.observe();
    engine.containers = [ownContainer(), twin, glpiContainer({ state: 'exited' })];
    const between = await platform.observe();

    expect(running.container?.id).toBe(GLPI_ID);
    expect(between).toMatchObject({ running: false, container: { id: twin.id } });
  });

  it('says that several may be GLPI, and that they run', async () => {
    engine.containers = [
      ownContainer(),
      glpiContainer(),
      glpiContainer({ id: 'c'.repeat(64), name: 'helpdesk-cron-1' }),
    ];
    await using platform = openAt(engine);

    const observation = await platform.observe();

    expect(observation).toMatchObject({ running: true, container: null });
    expect(observation.findings).toMatchObject([
      { code: 'several-containers', target: 'helpdesk-glpi-1, helpdesk-cron-1' },
    ]);
  });

  it('does not know whether GLPI runs where nothing is found, and advises a label', async () => {
    engine.containers = [ownContainer()];
    await using platform = openAt(engine);

    const observation = await platform.observe();

    expect(observation).toMatchObject({ running: null, container: null });
    expect(observation.findings).toMatchObject([{ code: 'container-not-found', severity: 'advice' }]);
  });

  it('counts a container between two restarts as running and tells of the loop', async () => {
    engine.containers = [ownContainer(), glpiContainer({ state: 'restarting', restarts: 7, exitCode: 6 })];
    await using platform = openAt(engine);

    const observation = await platform.observe();

    expect(observation).toMatchObject({ running: true, container: { restarts: 7 } });
    expect(observation.findings).toMatchObject([
      { code: 'glpi-restarting', message: expect.stringContaining('7 restarts, last exit code 6') },
    ]);
  });

  it('calls a container that was restarted three times and just started looping, one that runs for hours not', async () => {
    engine.containers = [ownContainer(), glpiContainer({ restarts: 3, startedAt: new Date().toISOString() })];
    await using platform = openAt(engine);

    const fresh = await platform.observe();
    engine.containers = [ownContainer(), glpiContainer({ restarts: 3 })];
    const settled = await platform.observe();

    expect(fresh.findings).toMatchObject([{ code: 'glpi-restarting' }]);
    expect(settled.findings).toEqual([]);
  });

  it('works from outside any container, with a label', async () => {
    const mounts = [{ source: '/srv/glpi', destination: '/var/glpi' }];
    engine.containers = [glpiContainer({ mounts, labels: { 'keykeeper.instance': 'glpi' } })];
    await using platform = openAt(engine, { ownId: '', guarded: '/srv/glpi/config' });

    const observation = await platform.observe();

    expect(observation).toMatchObject({ running: true, findings: [] });
  });

  it('warns where the engine does not know the own container', async () => {
    engine.containers = [glpiContainer({ labels: { 'keykeeper.instance': 'glpi' } })];
    await using platform = openAt(engine);

    const observation = await platform.observe();

    expect(observation.running).toBe(true);
    expect(observation.findings).toMatchObject([{ code: 'own-container-unknown' }]);
  });

  it('asks nothing but GET', async () => {
    engine.containers = [ownContainer(), glpiContainer()];
    await using platform = openAt(engine, { container: 'glpi' });

    await platform.observe();

    expect(engine.requests.filter((each) => !each.startsWith('GET '))).toEqual([]);
    expect(engine.requests.some((each) => each.includes(`/containers/${OWN_ID}/json`))).toBe(true);
  });
});
