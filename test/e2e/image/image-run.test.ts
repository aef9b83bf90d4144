import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CommandResult, docker, dockerOutput } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';
import { type BuiltImage, buildImage } from './built-image.ts';

/** As the Compose files run it, with no capability at all. */
const CONFINED = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges:true', '--network', 'none'];
const WITHOUT_DATABASE = ['--env', 'KEYKEEPER_DATABASE=none'];

describe.skipIf(!(await available('docker')))('a container of the built image', () => {
  let image: BuiltImage | undefined;
  let name: string;
  let vault: string;
  let glpi: string;
  beforeAll(async () => {
    image = await buildImage();
    name = image.name;
  });
  afterAll(() => image?.[Symbol.asyncDispose]());
  beforeEach(() => {
    const scene = `keykeeper-test-${randomBytes(4).toString('hex')}`;
    vault = `${scene}-vault`;
    glpi = `${scene}-glpi`;
  });
  afterEach(async () => {
    await docker(['rm', '--force', `${vault}-watch`]);
    await docker(['volume', 'rm', '--force', vault, glpi]);
  });

  const mounts = (): string[] => ['--volume', `${vault}:/vault`, '--volume', `${glpi}:/var/glpi`];

  const run = (
    user: string,
    command: readonly string[],
    options: readonly string[] = CONFINED,
  ): Promise<CommandResult> =>
    docker(['run', '--rm', '--user', user, ...options, ...mounts(), ...WITHOUT_DATABASE, name, ...command]);

  /** Runs a shell command on both volumes, as root, in an image that has a shell. */
  const inVolumes = (command: string): Promise<string> =>
    dockerOutput(['run', '--rm', ...mounts(), 'debian:bookworm-slim', 'sh', '-c', command]);

  async function placeKey(owner: string): Promise<string> {
    const place =
      'cd /var/glpi && mkdir config && head -c 32 /dev/urandom > config/glpicrypt.key && chmod 0640 config/*';
    return inVolumes(`${place} && chown -R ${owner} /var/glpi && sha256sum config/glpicrypt.key`);
  }

  async function startWatch(options: readonly string[] = [], command: readonly string[] = []): Promise<string> {
    const container = `${vault}-watch`;
    const detached = ['run', '--detach', '--name', container, '--health-interval', '1s', ...CONFINED, ...options];
    await dockerOutput([...detached, ...mounts(), ...WITHOUT_DATABASE, name, ...command]);
    while ((await dockerOutput(['inspect', '--format', '{{.State.Health.Status}}', container])) !== 'healthy') {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return container;
  }

  it.each(['33:33', '48:48', '12345:54321'])(
    'keeps and brings back a key as user %s without any capability',
    async (user) => {
      const before = await placeKey(user);

      const kept = await run(user, ['init']);
      await inVolumes('rm /var/glpi/config/glpicrypt.key');
      const restored = await run(user, ['init']);

      expect(kept).toMatchObject({ exitCode: 0 });
      expect(restored).toMatchObject({ exitCode: 0 });
      expect(await inVolumes('cd /var/glpi && sha256sum config/glpicrypt.key')).toBe(before);
      expect(await inVolumes('stat -c %u:%g:%a /var/glpi/config/glpicrypt.key')).toBe(`${user}:640`);
      expect(await inVolumes('find /vault -mindepth 1 -maxdepth 1 -type d -exec stat -c %u:%g:%a {} +')).toBe(
        `${user}:700`,
      );
    },
  );

  it('gives the key back to GLPI’s user as root with the three capabilities', async () => {
    const three = ['--cap-add', 'CHOWN', '--cap-add', 'FOWNER', '--cap-add', 'DAC_OVERRIDE'];
    await placeKey('33:33');

    await run('0:0', ['init'], [...CONFINED, ...three]);
    await inVolumes('rm /var/glpi/config/glpicrypt.key');
    const restored = await run('0:0', ['init'], [...CONFINED, ...three]);

    expect(restored).toMatchObject({ exitCode: 0 });
    expect(await inVolumes('stat -c %u:%g:%a /var/glpi/config/glpicrypt.key')).toBe('33:33:640');
  });

  it('comes first to a fresh volume and leaves it writable for GLPI', async () => {
    const first = await run('0:0', ['init']);

    const asGlpi = ['run', '--rm', '--user', '33:33', ...mounts(), 'debian:bookworm-slim'];
    expect(first).toMatchObject({ exitCode: 0 });
    expect(
      await docker([...asGlpi, 'sh', '-c', 'mkdir -p /var/glpi/config && touch /var/glpi/config/x']),
    ).toMatchObject({
      exitCode: 0,
    });
  });

  it('ends by itself when it is told to stop, as the first process of its container', async () => {
    await placeKey('33:33');
    const container = await startWatch(['--user', '33:33']);

    await docker(['stop', '--time', '10', container]);

    // 137 would be the engine's SIGKILL after the time given.
    expect(await dockerOutput(['inspect', '--format', '{{.State.ExitCode}}', container])).toBe('0');
  });

  it('brings a key back and turns healthy as gate and guard in one', async () => {
    const before = await placeKey('33:33');
    await run('33:33', ['init']);
    await inVolumes('rm /var/glpi/config/glpicrypt.key');

    await startWatch(['--user', '33:33'], ['watch', '--gate']);

    expect(await inVolumes('cd /var/glpi && sha256sum config/glpicrypt.key')).toBe(before);
  });

  it('opens no inspector on SIGUSR1, which would show every secret in memory', async () => {
    await placeKey('33:33');
    const container = await startWatch(['--user', '33:33']);

    await docker(['kill', '--signal', 'USR1', container]);
    await docker(['stop', container]);
    const { stdout, stderr } = await docker(['logs', container]);

    expect(stdout + stderr).not.toContain('Debugger listening');
    expect(stdout + stderr).not.toBe('');
  });

  it('blocks and names the vault where nobody mounted one', async () => {
    await placeKey('33:33');
    const options = ['--rm', '--user', '33:33', ...CONFINED, '--volume', `${glpi}:/var/glpi`, ...WITHOUT_DATABASE];

    const { exitCode, stdout } = await docker(['run', ...options, name, 'init', '--json']);

    expect(exitCode).toBe(14);
    expect(JSON.parse(stdout)).toMatchObject({ gate: 'blocked', findings: [{ code: 'vault-unwritable' }] });
  });
});
