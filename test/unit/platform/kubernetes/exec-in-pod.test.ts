import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { absolutePath } from '../../../../src/core/brand.ts';
import { openApiClient } from '../../../../src/kubernetes/api-client.ts';
import { openKubernetes } from '../../../../src/platform/kubernetes/kubernetes-platform.ts';
import type { ExecOptions, ExecOutcome, Platform } from '../../../../src/platform/platform.ts';
import { connectTo, QUICK } from '../../../stand-in/kubernetes/connect.ts';
import { ExecServer } from '../../../stand-in/kubernetes/exec-server.ts';
import { LOOPING, OWN_START, podObject } from '../../../stand-in/kubernetes/pod.ts';

const SUCCESS = '{"metadata":{},"status":"Success"}';
const EXITED = (code: number) =>
  `{"status":"Failure","message":"command terminated","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"${code}"}]}}`;

let server: ExecServer;
let platform: Platform;

async function prepare(pod: object = podObject()): Promise<void> {
  server = await new ExecServer(pod).start();
  platform = openKubernetes({
    client: openApiClient(connectTo(server.url), QUICK),
    namespace: 'glpi',
    pod: 'glpi-0',
    traces: { podUid: null, container: 'keykeeper', startedAt: OWN_START },
    container: null,
    guardedDirectory: absolutePath('/var/glpi/config'),
    monotonic: () => performance.now(),
  });
}

beforeEach(async () => {
  await prepare();
});

afterEach(async () => {
  await platform[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function run(options: Partial<ExecOptions> = {}): Promise<ExecOutcome | undefined> {
  const signal = new AbortController().signal;
  const atEase = { user: '33:33', workingDirectory: '/var/www/glpi', timeout: 10_000, outputLimit: 1_000, signal };
  return await platform.exec?.(['php', 'bin/console', 'cache:clear'], { ...atEase, ...options });
}

describe('a command in the container of GLPI in this pod', () => {
  it('tells its end and its words, of each stream as much as is kept', async () => {
    server.script = {
      messages: [
        [1, 'one '],
        [2, 'warning'],
        [1, 'x'.repeat(2_000)],
        [3, EXITED(3)],
      ],
      end: 'close',
    };

    const outcome = await run({ outputLimit: 10 });

    expect(outcome).toEqual({ kind: 'ended', exitCode: 3, output: 'one xxxxxx', errors: 'warning', cut: true });
  });

  it('is asked for in that container, as the user and in the directory that are wanted', async () => {
    server.script = { messages: [[3, SUCCESS]], end: 'close' };

    await run();
    const [query] = server.commands;

    expect(query?.get('container')).toBe('glpi');
    expect(query?.getAll('command').slice(3)).toEqual([
      'sh',
      '33',
      '33',
      '/var/www/glpi',
      'php',
      'bin/console',
      'cache:clear',
    ]);
  });

  it.each(['0', '0:33', 'root', '', ':33', '00'])('is never run as root: %j', async (user) => {
    expect(await run({ user })).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('root') });
    expect(server.commands).toEqual([]);
  });

  it('is denied where the right is missing, and the rule is named', async () => {
    server.refusal = 403;

    expect(await run()).toMatchObject({
      kind: 'denied',
      message: expect.stringContaining('{apiGroups: [""], resources: ["pods/exec"], verbs: ["get", "create"]}'),
    });
  });

  it('tells why it could not become who it was to be', async () => {
    server.script = {
      messages: [
        [2, 'keykeeper: the container runs as 1001, not as 33\n'],
        [3, EXITED(125)],
      ],
      end: 'close',
    };

    expect(await run()).toEqual({ kind: 'unavailable', message: 'the container runs as 1001, not as 33' });
  });

  it('is unavailable where there is nothing that could run it', async () => {
    const message = 'exec: \\"sh\\": executable file not found';
    server.script = { messages: [[3, `{"status":"Failure","message":"${message}"}`]], end: 'close' };

    expect(await run()).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('not found') });
  });

  it('is lost where its connection breaks', async () => {
    server.script = { messages: [[1, 'half']], end: 'cut' };

    expect(await run()).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('lost') });
  });

  it('that does not end is left', async () => {
    server.script = { messages: [[1, 'half']], end: 'hang' };

    expect(await run({ timeout: 100 })).toMatchObject({ kind: 'timed-out' });
  });

  it('ends with the reason of the signal once that is aborted', async () => {
    server.script = { messages: [], end: 'hang' };
    const stop = new AbortController();

    const outcome = run({ signal: stop.signal });
    stop.abort(new Error('stopped'));

    await expect(outcome).rejects.toThrow('stopped');
  });
});

describe('a command where GLPI cannot take one', () => {
  it.each([
    ['between two restarts', podObject({ glpi: LOOPING }), 'does not run'],
    ['with another volume', podObject({ glpiMounts: [] }), 'mounts'],
  ])('is not run: %s', async (_what, pod, reason) => {
    await platform[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await prepare(pod);

    expect(await run()).toMatchObject({ kind: 'unavailable', message: expect.stringContaining(reason) });
    expect(server.commands).toEqual([]);
  });
});
