import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { docker, dockerOutput } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';
import { type BuiltImage, buildImage } from './built-image.ts';

const FILES = new URL('../../../deploy/compose/', import.meta.url).pathname;
/** Bits 0, 1 and 3 of linux/capability.h: CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER. */
const THREE = 0x0b;

const VARIANTS = [
  { file: 'compose.yaml', user: 0, capabilities: THREE },
  { file: 'one-service.yaml', user: 0, capabilities: THREE },
  { file: 'secrets.yaml', user: 0, capabilities: THREE },
  { file: 'unprivileged.yaml', user: 33, capabilities: 0 },
];
/** What is tried needs no database; the settings of GLPI's do not matter then. */
const OVERRIDE =
  'services:\n  keykeeper:\n    environment: { KEYKEEPER_DATABASE: none }\n    healthcheck: { interval: 1s }\n';
const SECRETS = ['glpi_db_password', 'age_identity', 'age_recipients', 'http_token'];

describe.skipIf(!(await available('docker')))('Keykeeper as a Compose file runs it', () => {
  let image: BuiltImage;
  let project: string;
  let directory: string;
  beforeAll(async () => {
    image = await buildImage();
  });
  afterAll(() => image?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    project = `keykeeper-test-${randomBytes(4).toString('hex')}`;
    directory = mkdtempSync(join(tmpdir(), 'keykeeper-test-rights-'));
    const settings = `KEYKEEPER_IMAGE=${image.name}\nKEYKEEPER_VAULT_VOLUME=${project}-vault\nGLPI_DB_PASSWORD=none\n`;
    writeFileSync(join(directory, '.env'), `${readFileSync(join(FILES, '.env.example'), 'utf8')}\n${settings}`);
    await dockerOutput(['volume', 'create', `${project}-vault`]);
  });
  afterEach(async () => {
    await docker(['rm', '--force', `${project}-keykeeper-1`]);
    await docker(['network', 'rm', `${project}_default`]);
    await docker(['volume', 'rm', '--force', `${project}-vault`, `${project}_glpi_data`, `${project}_db_data`]);
    rmSync(directory, { recursive: true });
  });

  it.each(VARIANTS)('$file has exactly the rights that it names, and heals with them', async (variant) => {
    await onVolume('mkdir -m 0750 config && head -c 32 /dev/urandom > config/glpicrypt.key && chown -R 33:33 .');
    const key = await onVolume('sha256sum config/glpicrypt.key');
    const container = await start(variant.file);

    await onVolume('rm config/glpicrypt.key');
    await expect.poll(() => onVolume('sha256sum config/glpicrypt.key || true'), { timeout: 30_000 }).toBe(key);

    expect(await onVolume('stat -c %u:%g config/glpicrypt.key')).toBe('33:33');
    expect(await factsOf(container)).toEqual({
      user: variant.user,
      capabilities: variant.capabilities,
      noNewPrivileges: '1',
      // 2: a filter, the engine's default (proc_pid_status(5)).
      seccomp: '2',
      coreFilter: '00000000',
      coreLimit: '0',
      readOnly: 'true',
    });
  });

  /** Runs a shell command on GLPI's volume, as root. */
  async function onVolume(command: string): Promise<string> {
    const volume = ['--volume', `${project}_glpi_data:/var/glpi`, '--workdir', '/var/glpi'];
    return dockerOutput(['run', '--rm', ...volume, 'debian:bookworm-slim', 'sh', '-c', command]);
  }

  async function start(file: string): Promise<string> {
    const own = join(directory, 'stack.yaml');
    // The secrets lie beside the file that names them.
    writeFileSync(own, readFileSync(join(FILES, file), 'utf8').replaceAll('build: ../..', ''));
    writeFileSync(join(directory, 'override.yaml'), OVERRIDE);
    await writeSecrets();
    const files = ['--file', own, '--file', join(directory, 'override.yaml')];
    await dockerOutput([
      'compose',
      ...['--project-name', project, '--project-directory', directory, ...files],
      ...['up', '--detach', '--no-deps', '--no-build', '--quiet-pull', 'keykeeper'],
    ]);
    const container = `${project}-keykeeper-1`;
    while ((await dockerOutput(['inspect', '--format', '{{.State.Health.Status}}', container])) !== 'healthy') {
      await sleep(200);
    }
    return container;
  }

  async function writeSecrets(): Promise<void> {
    const { generateIdentity, identityToRecipient } = await import('age-encryption');
    const identity = await generateIdentity();
    const texts = ['password', identity, await identityToRecipient(identity), randomBytes(32).toString('hex')];
    mkdirSync(join(directory, 'secrets'));
    for (const [index, name] of SECRETS.entries()) {
      writeFileSync(join(directory, 'secrets', name), texts[index] ?? '', { mode: 0o644 });
    }
  }

  /** What the kernel and the engine say of the running process. */
  async function factsOf(container: string) {
    const [pid = '', readOnly] = (
      await dockerOutput(['inspect', '--format', '{{.State.Pid}} {{.HostConfig.ReadonlyRootfs}}', container])
    ).split(' ');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '';
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
    return {
      user: Number(field('Uid')),
      capabilities: Number.parseInt(field('CapEff'), 16),
      noNewPrivileges: field('NoNewPrivs'),
      seccomp: field('Seccomp'),
      coreFilter: readFileSync(`/proc/${pid}/coredump_filter`, 'utf8').trim(),
      coreLimit: /^Max core file size\s+(\S+)/m.exec(limits)?.[1],
      readOnly,
    };
  }
});
