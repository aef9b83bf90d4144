import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineAddress } from '../../../src/platform/docker/engine-address.ts';
import type { ExecOptions, ExecOutcome, Platform } from '../../../src/platform/platform.ts';
import { docker } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';
import { startSocketProxy } from '../../stand-in/socket-proxy.ts';
import { createScene, OWN_IMAGE, type Scene } from './docker-scene.ts';

const READING = ['containers', 'events', 'version'];
const AT_EASE = { user: '33:33', workingDirectory: '/var', timeout: 60_000, outputLimit: 10_000 };

describe.skipIf(!(await available('docker')))('a command in the container of GLPI', () => {
  let scene: Scene;
  let own: string;
  let glpi: string;
  beforeEach(async () => {
    scene = createScene();
    const mounts = [`${scene.volume('glpi')}:/var/glpi`];
    own = await scene.run({ service: 'keykeeper', image: OWN_IMAGE, mounts });
    glpi = await scene.run({ service: 'glpi', mounts });
  });
  afterEach(() => scene[Symbol.asyncDispose]());

  async function run(
    platform: Platform,
    command: readonly string[],
    options: Partial<ExecOptions> = {},
  ): Promise<ExecOutcome | undefined> {
    return platform.exec?.(command, { ...AT_EASE, signal: new AbortController().signal, ...options });
  }

  const shell = (script: string): string[] => ['sh', '-c', script];

  it('runs as the user and in the directory that are asked for, and its end and its words are known', async () => {
    const outcome = await run(scene.open(own), shell('id -u; id -g; pwd; echo no >&2; exit 3'));

    expect(outcome).toEqual({ kind: 'ended', exitCode: 3, output: '33\n33\n/var\n', errors: 'no\n', cut: false });
  });

  it('is never run as root, by whatever name', async () => {
    const platform = scene.open(own);
    const users = ['0', '0:33', 'root', '', ':33', '00'];

    const outcomes = await Promise.all(users.map((user) => run(platform, ['id'], { user })));

    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('root') });
    }
  });

  it('that writes without end is cut, and one that does not end is left', async () => {
    const platform = scene.open(own);

    const wordy = await run(platform, shell('head -c 3000000 /dev/zero | tr "\\0" x'), { outputLimit: 100 });
    const endless = await run(platform, ['sleep', '600'], { timeout: 1_500 });

    expect(wordy).toEqual({ kind: 'ended', exitCode: 0, output: 'x'.repeat(100), errors: '', cut: true });
    expect(endless).toMatchObject({ kind: 'timed-out', message: expect.stringContaining('sleep 600') });
  });

  it('that is not there ends with its exit code', async () => {
    expect(await run(scene.open(own), ['/nothing/of/the/kind'])).toMatchObject({ kind: 'ended', exitCode: 126 });
  });

  it('is given up when it is told so', async () => {
    const controller = new AbortController();

    const running = run(scene.open(own), ['sleep', '600'], { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('told so')), 500);

    await expect(running).rejects.toThrow('told so');
  });

  it('needs a container that runs, and that is certainly the right one', async () => {
    const platform = scene.open(own);
    await docker(['kill', glpi]);
    const dead = await run(platform, ['id']);
    await docker(['rm', '--force', glpi]);
    const absent = await run(platform, ['id']);
    const other = [`${scene.volume('other')}:/var/glpi`];
    await scene.run({ service: 'other', mounts: other, options: ['--label', `keykeeper.instance=${scene.project}`] });
    const elsewhere = await run(platform, ['id']);

    expect(dead).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('does not run') });
    expect(absent).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('no container') });
    expect(elsewhere).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('does not mount') });
  });

  it.each([
    ['forbids', READING, { kind: 'denied', message: expect.stringContaining('does not let commands be run') }],
    ['allows', [...READING, 'exec'], { kind: 'ended', exitCode: 0, output: '33\n' }],
  ])('is up to the socket proxy: one that %s it', async (_word, rights, expected) => {
    await using proxy = await startSocketProxy({ rights });
    const address: EngineAddress = { kind: 'tcp', host: '127.0.0.1', port: proxy.port, tls: null };

    const outcome = await untilItAnswers(() => run(scene.open(own, address), ['id', '-u']));

    expect(outcome).toMatchObject(expected);
  });
});

/** The engine may cut a connection through the proxy short; whoever asks by exec asks again then, as the check does. */
async function untilItAnswers(ask: () => Promise<ExecOutcome | undefined>): Promise<ExecOutcome | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await ask();
    if (outcome?.kind !== 'unavailable' || attempt === 20) return outcome;
  }
}
