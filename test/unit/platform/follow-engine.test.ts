import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { absolutePath } from '../../../src/core/brand.ts';
import { type DockerTimings, openDocker } from '../../../src/platform/docker/docker-platform.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import { GLPI_ID, glpiContainer, openAt, ownContainer, PROJECT, until } from './docker-scene.ts';
import { type FakeEngine, startFakeEngine } from './fake-engine.ts';

describe("following GLPI's life", () => {
  let engine: FakeEngine;
  let platform: Platform;
  let reasons: string[];
  const stop = { controller: new AbortController() };

  beforeEach(async () => {
    engine = await startFakeEngine();
    engine.containers = [ownContainer(), glpiContainer()];
    reasons = [];
    stop.controller = new AbortController();
  });
  afterEach(async () => {
    stop.controller.abort();
    await platform[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });

  /** Resolves when the stream is open and the first look is done. */
  async function follow(timings: Partial<DockerTimings> = {}): Promise<void> {
    platform = openAt(engine, { timings });
    await platform.observe();
    const before = engine.requests.length;
    platform.follow((reason) => reasons.push(reason), stop.controller.signal);
    await until(() => engine.openStreams() === 1 && engine.requests.slice(before).filter(isInspection).length >= 1);
    await platform.observe();
  }

  const isInspection = (request: string) => request.includes(`/containers/${GLPI_ID}/json`);

  it('hints at each turn with the name and what happened', async () => {
    await follow();

    engine.emit('die', glpiContainer(), { exitCode: '137' });
    engine.emit('start', glpiContainer());
    engine.emit('health_status: unhealthy', glpiContainer());
    await until(() => reasons.length === 3);

    expect(reasons).toEqual([
      'docker: helpdesk-glpi-1 die (exit code 137)',
      'docker: helpdesk-glpi-1 start',
      'docker: helpdesk-glpi-1 health_status: unhealthy',
    ]);
  });

  it('keeps silent about strangers, itself and its init container', async () => {
    await follow();
    const init = { ...PROJECT, 'org.opencontainers.image.title': 'Keykeeper' };

    engine.emit('start', glpiContainer({ id: 'f'.repeat(64), name: 'stranger', labels: {} }));
    engine.emit('health_status: healthy', ownContainer());
    engine.emit('die', ownContainer({ id: 'e'.repeat(64), labels: init }));
    engine.emit('start', glpiContainer({ id: 'd'.repeat(64), name: 'helpdesk-db-1' }));
    await until(() => reasons.length > 0);

    expect(reasons).toEqual(['docker: helpdesk-db-1 start']);
  });

  it('hints at a container that was re-created under a new id', async () => {
    await follow();
    const successor = glpiContainer({ id: 'c'.repeat(64) });

    engine.containers = [ownContainer(), successor];
    engine.emit('start', successor);
    await until(() => reasons.length > 0);
    const observation = await platform.observe();

    expect(observation.container?.id).toBe(successor.id);
  });

  it('connects again after the stream was cut, and hints even if nothing seems to have happened', async () => {
    await follow();

    engine.cutStreams();
    await until(() => reasons.length > 0);
    engine.emit('start', glpiContainer());
    await until(() => reasons.length > 1);

    expect(reasons).toEqual(['docker: connected again', 'docker: helpdesk-glpi-1 start']);
  });

  it('connects again after the engine was restarted, another version with another container', async () => {
    await follow();

    await engine.stop();
    const away = await platform.observe();
    engine.version = { ApiVersion: '1.52', MinAPIVersion: '1.48' };
    engine.containers = [ownContainer(), glpiContainer({ id: 'c'.repeat(64) })];
    await engine.start();
    await until(() => reasons.length > 0);
    const back = await platform.observe();

    expect(away.findings).toMatchObject([{ code: 'platform-unreachable' }]);
    expect(back).toMatchObject({ running: true, container: { id: 'c'.repeat(64) }, findings: [] });
    expect(engine.requests.at(-1)).toContain('GET /v1.48/');
  });

  it('notices a stream that tells nothing though something changed, and opens another', async () => {
    await follow({ lookEvery: 10 });

    engine.containers = [ownContainer(), glpiContainer({ state: 'exited' })];
    await until(() => reasons.includes('docker: connected again'));

    expect(reasons[0]).toBe('docker: changed without an event');
  });

  it('opens no other stream while events tell of every change', async () => {
    await follow({ lookEvery: 5, eventDelay: 200 });
    const streams = () => engine.requests.filter((each) => each.includes('/events')).length;

    for (const state of ['exited', 'running', 'exited'] as const) {
      engine.containers = [ownContainer(), glpiContainer({ state })];
      engine.emit(state === 'exited' ? 'die' : 'start', glpiContainer());
      const before = engine.requests.filter(isInspection).length;
      await until(() => engine.requests.filter(isInspection).length > before + 2);
    }

    expect(streams()).toBe(1);
    expect(reasons).toHaveLength(3);
  });

  it('hints at what changed between the first look and the first connection', async () => {
    platform = openAt(engine);
    await platform.observe();

    engine.containers = [ownContainer(), glpiContainer({ state: 'exited' })];
    platform.follow((reason) => reasons.push(reason), stop.controller.signal);
    await until(() => reasons.length > 0);

    expect(reasons).toEqual(['docker: changed before it was followed']);
  });

  it('says in its findings that the proxy forbids events, until it allows them', async () => {
    engine.denied = ['events'];
    platform = openAt(engine);
    platform.follow((reason) => reasons.push(reason), stop.controller.signal);
    await until(() => engine.requests.filter((each) => each.includes('/events')).length >= 2);

    const denied = await platform.observe();
    engine.denied = [];
    await until(() => engine.openStreams() === 1);
    await until(() => engine.requests.filter(isInspection).length >= 2);
    await platform.observe();
    const allowed = await platform.observe();

    expect(denied).toMatchObject({ running: true, findings: [{ code: 'platform-denied' }] });
    expect(denied.findings[0]?.try).toContain('EVENTS=1');
    expect(allowed.findings).toEqual([]);
  });

  it('passes over what is no event, and reads one that comes in pieces', async () => {
    await follow();

    engine.writeRaw('not json\n\n[]\n{"Type":"container","Action":"start"}\n{"Type":"container","Act');
    engine.writeRaw(`ion":"die","Actor":{"ID":"${GLPI_ID}","Attributes":{"name":"pièce","exitCode":"1"}}}\n`);
    await until(() => reasons.some((each) => each.includes('pièce')));

    expect(reasons.at(-1)).toBe('docker: pièce die (exit code 1)');
  });

  it('ends its connection when it is told to stop', async () => {
    await follow();

    stop.controller.abort();
    await until(() => engine.openStreams() === 0);
    engine.emit('start', glpiContainer());
    await platform[Symbol.asyncDispose]();

    expect(reasons).toEqual([]);
  });

  it('ends its connection when it is disposed', async () => {
    await follow();

    await platform[Symbol.asyncDispose]();
    await until(() => engine.openStreams() === 0);

    expect(reasons).toEqual([]);
  });

  it('opens nothing before it is asked to look', async () => {
    platform = openDocker({
      address: engine.address,
      traces: { mountinfo: '', cgroup: '', hostname: '' },
      instance: 'glpi',
      container: null,
      guardedDirectory: absolutePath('/var/glpi/config'),
    });

    await platform[Symbol.asyncDispose]();

    expect(engine.requests).toEqual([]);
  });
});
