import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { glpiContainer, openAt, ownContainer } from './docker-scene.ts';
import { type FakeEngine, startFakeEngine } from './fake-engine.ts';

describe('an engine in trouble', () => {
  let engine: FakeEngine;
  beforeEach(async () => {
    engine = await startFakeEngine();
    engine.containers = [ownContainer(), glpiContainer()];
  });
  afterEach(() => engine[Symbol.asyncDispose]());

  it.each([
    ['is old', { ApiVersion: '1.41', MinAPIVersion: '1.12' }, '/v1.41/'],
    ['is so old that it names no minimum', { ApiVersion: '1.24' }, '/v1.24/'],
    ['is in between', { ApiVersion: '1.47', MinAPIVersion: '1.24' }, '/v1.44/'],
    ['demands a newer API than this code was written for', { ApiVersion: '1.60', MinAPIVersion: '1.55' }, '/v1.55/'],
  ])('is asked in a version that it offers when it %s', async (_name, version, path) => {
    engine.version = version;
    await using platform = openAt(engine);

    const observation = await platform.observe();

    expect(observation).toMatchObject({ running: true, findings: [] });
    expect(engine.requests.filter((each) => !each.includes(path))).toEqual(['GET /version']);
  });

  it('is asked without a version where the proxy hides it', async () => {
    engine.denied = ['version'];
    await using platform = openAt(engine);

    const observation = await platform.observe();

    expect(observation).toMatchObject({ running: true, findings: [] });
    expect(engine.requests.filter((each) => each.includes('/v1.'))).toEqual([]);
  });

  it('is called too old when it is', async () => {
    engine.version = { ApiVersion: '1.18' };
    await using platform = openAt(engine);

    const observation = await platform.observe();

    expect(observation).toMatchObject({ running: null, container: null });
    expect(observation.findings).toMatchObject([
      { code: 'platform-unreachable', message: 'the engine speaks API 1.18 at most' },
    ]);
  });

  it('is asked its version again when it was replaced by one that refuses the old one', async () => {
    await using platform = openAt(engine);
    await platform.observe();

    engine.version = { ApiVersion: '1.60', MinAPIVersion: '1.55' };
    const refused = await platform.observe();
    const renewed = await platform.observe();

    expect(refused.findings).toMatchObject([{ code: 'platform-unreachable' }]);
    expect(renewed.findings).toEqual([]);
  });

  it('names the missing right when the proxy forbids to read containers', async () => {
    engine.denied = ['containers'];
    await using platform = openAt(engine);

    const observation = await platform.observe();

    expect(observation).toMatchObject({ running: null, container: null });
    expect(observation.findings).toMatchObject([{ code: 'platform-denied', severity: 'warning' }]);
    expect(observation.findings[0]?.try).toContain('CONTAINERS=1');
  });

  it('is given up after a while when it does not answer', async () => {
    engine.silent = true;
    await using platform = openAt(engine, { timings: { request: 30 } });

    const observation = await platform.observe();

    expect(observation.findings).toMatchObject([
      { code: 'platform-unreachable', message: expect.stringContaining('does not answer within 30 ms') },
    ]);
  });

  it('is given up when it ends the connection in the middle of an answer', async () => {
    await using platform = openAt(engine, { timings: { request: 100 } });
    await platform.observe();

    engine.cut = true;
    const observation = await platform.observe();

    expect(observation.findings).toMatchObject([{ code: 'platform-unreachable' }]);
  });

  it('is named with its socket when nothing listens there', async () => {
    await engine.stop();
    await using platform = openAt(engine);

    const observation = await platform.observe();

    const target = engine.address.kind === 'socket' ? `unix://${engine.address.path}` : '';
    expect(observation.findings).toMatchObject([{ code: 'platform-unreachable', target }]);
  });

  it('does not turn a look that was called off into a finding', async () => {
    engine.silent = true;
    await using platform = openAt(engine);
    const calledOff = new AbortController();

    const looking = platform.observe(calledOff.signal);
    calledOff.abort(new Error('called off'));

    await expect(looking).rejects.toThrow('called off');
  });
});
