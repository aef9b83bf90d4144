import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerOutput } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';

const FILES = new URL('../../../deploy/compose/', import.meta.url).pathname;
/** GLPI's own example of a Compose file, to which lines are added. */
const EXISTING = `name: glpi
services:
  glpi:
    image: "glpi/glpi:latest"
    restart: "unless-stopped"
    volumes: ["glpi_data:/var/glpi"]
    env_file: .env
    depends_on: [db]
    ports: ["80:80"]
  db:
    image: "mysql"
    volumes: ["db_data:/var/lib/mysql"]
volumes:
  glpi_data:
  db_data:
`;

const STACKS = [
  ['compose.yaml'],
  ['one-service.yaml'],
  ['unprivileged.yaml'],
  ['secrets.yaml'],
  ['secrets.yaml', 'off-site.yaml'],
  ['compose.yaml', 'socket-proxy.yaml'],
  ['one-service.yaml', 'socket-proxy.yaml'],
  ['existing.yaml', 'add-to-existing.yaml'],
];

interface Service {
  image: string;
  command?: string[];
  user?: string;
  read_only?: boolean;
  cap_add?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  environment?: Record<string, string>;
  secrets?: { source: string }[];
  volumes?: { source: string; target: string; bind?: { create_host_path?: boolean } }[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { start_period?: string };
}

interface Stack {
  services: Record<string, Service>;
  volumes: Record<string, { name: string; external?: boolean }>;
}

describe.skipIf(!(await available('docker')))('the Compose files', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'keykeeper-test-compose-'));
    cpSync(FILES, directory, { recursive: true });
    const example = readFileSync(join(FILES, '.env.example'), 'utf8');
    writeFileSync(
      join(directory, '.env'),
      `${example.replace('GLPI_DB_PASSWORD=', 'GLPI_DB_PASSWORD=hunter2')}OFF_SITE_DIRECTORY=/mnt/backup\n`,
    );
    writeFileSync(join(directory, 'existing.yaml'), EXISTING);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  async function read(files: readonly string[]): Promise<Stack> {
    const options = files.flatMap((file) => ['--file', join(directory, file)]);
    return JSON.parse(await dockerOutput(['compose', ...options, 'config', '--format', 'json']));
  }

  async function keykeepersOf(files: readonly string[]): Promise<Service[]> {
    const { services } = await read(files);
    return Object.entries(services).flatMap(([name, service]) => (name.startsWith('keykeeper') ? [service] : []));
  }

  describe.each(STACKS.map((files) => [files.join(' + '), files] as const))('%s', (_name, files) => {
    it('lets Keykeeper run read-only, without a way to more rights, and with three capabilities at most', async () => {
      const services = await keykeepersOf(files);

      expect(services.length).toBeGreaterThan(0);
      for (const service of services) {
        expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
        expect(['CHOWN', 'FOWNER', 'DAC_OVERRIDE']).toEqual(expect.arrayContaining(service.cap_add ?? []));
      }
    });

    it('gives Keykeeper the volume of GLPI at the same place and never the socket', async () => {
      const { services } = await read(files);
      const glpi = services.glpi?.volumes?.find((each) => each.target === '/var/glpi');

      for (const service of await keykeepersOf(files)) {
        expect(service.volumes).toEqual(
          expect.arrayContaining([expect.objectContaining({ source: glpi?.source, target: '/var/glpi' })]),
        );
        expect(service.volumes?.map((each) => each.source)).not.toContain('/var/run/docker.sock');
      }
    });

    it('keeps the vault out of the reach of down --volumes', async () => {
      const stack = await read(files);
      const vaults = (await keykeepersOf(files)).map(
        (service) => service.volumes?.find((each) => each.target === '/vault')?.source,
      );

      for (const vault of vaults) expect(stack.volumes[vault ?? '']).toMatchObject({ external: true });
    });

    it('starts GLPI only after Keykeeper opened the gate', async () => {
      const { services } = await read(files);
      const needs = services.glpi?.depends_on ?? {};

      const gate = needs['keykeeper-init'] ?? needs.keykeeper;
      const isInit = 'keykeeper-init' in needs;
      expect(gate?.condition).toBe(isInit ? 'service_completed_successfully' : 'service_healthy');
      expect(services[isInit ? 'keykeeper-init' : 'keykeeper']?.command).toEqual(
        isInit ? ['init'] : ['watch', '--gate'],
      );
    });
  });

  it('waits for the gate longer than Keykeeper waits for the database', async () => {
    const { services } = await read(['one-service.yaml']);

    expect(services.keykeeper?.healthcheck?.start_period).toBe('2m30s');
  });

  it('runs Keykeeper as GLPI’s user and without any capability in the variant that says so', async () => {
    for (const service of await keykeepersOf(['unprivileged.yaml'])) {
      expect(service.user).toBe('33:33');
      expect(service.cap_add ?? []).toEqual([]);
    }
  });

  it('puts no secret into Keykeeper’s environment in the variant that says so', async () => {
    for (const service of await keykeepersOf(['secrets.yaml'])) {
      expect(Object.values(service.environment ?? {})).not.toContain('hunter2');
    }
  });

  it('gives both the registration key out of a file, once its lines are taken in', async () => {
    const text = readFileSync(join(FILES, 'secrets.yaml'), 'utf8');
    const lines = text.split('\n').map((line) => line.replace(/^( +)# (.*registration_key.*)$/i, '$1$2'));
    writeFileSync(join(directory, 'with-key.yaml'), lines.join('\n'));

    const services = await keykeepersOf(['with-key.yaml']);

    expect(services).toHaveLength(2);
    for (const { environment, secrets } of services) {
      expect(environment).toMatchObject({ KEYKEEPER_REGISTRATION_KEY_FILE: '/run/secrets/registration_key' });
      expect(secrets?.map(({ source }) => source)).toContain('registration_key');
    }
  });

  it('has the watch alone write exports to a directory that Compose does not make up, encrypted, and drill', async () => {
    const { services } = await read(['secrets.yaml', 'off-site.yaml']);
    const offSite = (service?: Service) => service?.volumes?.find((each) => each.target === '/offsite');

    expect(offSite(services.keykeeper)).toMatchObject({ source: '/mnt/backup' });
    expect(offSite(services.keykeeper)?.bind?.create_host_path ?? false).toBe(false);
    expect(offSite(services['keykeeper-init'])).toBeUndefined();
    expect(services.keykeeper?.environment).toMatchObject({
      KEYKEEPER_AGE_RECIPIENTS_FILE: '/run/secrets/age_recipients',
      KEYKEEPER_EXPORT_TO: '/offsite',
      KEYKEEPER_EXPORT: '1d',
      KEYKEEPER_DRILL: '7d',
    });
  });

  it('lets the proxy answer three questions and no change', async () => {
    const { services } = await read(['compose.yaml', 'socket-proxy.yaml']);

    expect(services['socket-proxy']?.environment).toMatchObject({
      CONTAINERS: '1',
      EVENTS: '1',
      VERSION: '1',
      EXEC: '0',
      POST: '0',
    });
    expect(services.keykeeper?.environment).toMatchObject({ DOCKER_HOST: 'tcp://socket-proxy:2375' });
  });

  it('asks for the password that is missing', async () => {
    writeFileSync(join(directory, 'empty.env'), '');
    const options = ['--env-file', join(directory, 'empty.env'), '--file', join(directory, 'compose.yaml')];

    await expect(dockerOutput(['compose', ...options, 'config'])).rejects.toThrow('GLPI_DB_PASSWORD');
  });
});
