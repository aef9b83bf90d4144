import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { docker, dockerOutput } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';
import { type BuiltImage, buildImage } from './built-image.ts';

const CONFINED = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges:true', '--network', 'none'];
const THREE = ['CHOWN', 'FOWNER', 'DAC_OVERRIDE'];
const NODE = ['/nodejs/bin/node', '--disable-sigusr1'];
/** Reads the program and nothing else; writes nothing, starts nothing. */
const PERMISSIONS = ['--permission', '--allow-fs-read=/app/'];

describe.skipIf(!(await available('docker')))('the built image, confined', () => {
  let image: BuiltImage;
  let scene: string;
  beforeAll(async () => {
    image = await buildImage();
  });
  afterAll(() => image?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    scene = `keykeeper-test-${randomBytes(4).toString('hex')}`;
    await onVolumes('mkdir -m 0700 config && head -c 32 /dev/urandom > config/glpicrypt.key && chown 33:33 config');
  });
  afterEach(async () => {
    await docker(['rm', '--force', scene]);
    await docker(['volume', 'rm', '--force', `${scene}-vault`, `${scene}-glpi`]);
  });

  it.each([
    ['CHOWN', 'CHOWN'],
    ['FOWNER', 'FOWNER'],
    ['DAC_OVERRIDE', 'the config directory cannot be entered'],
  ])('as root needs %s to put a key right that is another user’s', async (lacking, says) => {
    await onVolumes('chown 48:48 config/glpicrypt.key && chmod 0 config/glpicrypt.key');

    const without = await init(THREE.filter((each) => each !== lacking));
    const after = await onVolumes('stat -c %u:%g config/glpicrypt.key');
    const withAll = await init(THREE);

    expect([without.exitCode, after]).not.toEqual([0, '33:33']);
    expect(without.stdout + without.stderr).toContain(says);
    expect(withAll).toMatchObject({ exitCode: 0 });
    expect(await onVolumes('stat -c %u:%g config/glpicrypt.key')).toBe('33:33');
  });

  it.each(['USR1', 'USR2', 'QUIT', 'ABRT'])('opens no inspector and writes no memory down on SIG%s', async (signal) => {
    await startWatch(['--ulimit', 'core=-1']);

    await docker(['kill', '--signal', signal, scene]);
    await docker(['stop', scene]);
    const { stdout, stderr } = await docker(['logs', scene]);

    expect(stdout + stderr).not.toMatch(/Debugger listening|Writing Node\.js report|heapsnapshot/i);
    expect(await dockerOutput(['diff', scene])).not.toMatch(/core|heapsnapshot|report/);
  });

  it.each([
    ['an address', '127.0.0.1:8377', []],
    ['a socket', 'unix:/run/keykeeper/http.sock', ['--tmpfs', '/run/keykeeper']],
  ] as const)('answers at %s a health check that Node keeps from every file but its own', async (_, http, more) => {
    await startWatch(['--env', `KEYKEEPER_HTTP=${http}`, ...more]);

    const health = await docker(['exec', scene, ...NODE, ...PERMISSIONS, '/app/main.js', 'healthcheck']);
    const curious = await docker(['exec', scene, ...NODE, ...PERMISSIONS, '/app/main.js', 'history', '--json']);

    expect(health).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^healthy: /) });
    expect(curious.exitCode).not.toBe(0);
    expect(curious.stdout + curious.stderr).toContain('ERR_ACCESS_DENIED');
  });

  function mounts(): string[] {
    return ['--volume', `${scene}-vault:/vault`, '--volume', `${scene}-glpi:/var/glpi`];
  }

  function init(capabilities: readonly string[]) {
    const added = capabilities.flatMap((each) => ['--cap-add', each]);
    const options = [...CONFINED, ...added, '--env', 'KEYKEEPER_DATABASE=none', '--env', 'KEYKEEPER_OWNER=33:33'];
    return docker(['run', '--rm', ...options, ...mounts(), image.name, 'init']);
  }

  async function startWatch(options: readonly string[]): Promise<void> {
    await onVolumes('chown 33:33 config/glpicrypt.key');
    const detached = ['run', '--detach', '--name', scene, '--user', '33:33', '--health-interval', '1s', ...CONFINED];
    await dockerOutput([...detached, '--env', 'KEYKEEPER_DATABASE=none', ...options, ...mounts(), image.name]);
    while ((await dockerOutput(['inspect', '--format', '{{.State.Health.Status}}', scene])) !== 'healthy') {
      await sleep(100);
    }
  }

  /** Runs a shell command on GLPI's volume, as root. */
  async function onVolumes(command: string): Promise<string> {
    return dockerOutput(['run', '--rm', ...mounts(), '-w', '/var/glpi', 'debian:bookworm-slim', 'sh', '-c', command]);
  }
});
