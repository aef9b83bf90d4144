import type { SurroundingsFact } from '../../../../src/keeper/doctor/facts/look-at-surroundings.ts';
import { vaultOf } from '../../core/build-observation.ts';
import type { Firing } from './firing.ts';
import {
  captured,
  container,
  DATABASE_VARIABLES,
  described,
  GATE,
  glpi,
  healthyDatabase,
  instanceOf,
  mountAt,
  PLACES,
  SURROUNDINGS,
  settingsWith,
} from './healthy-facts.ts';

const surroundings = (changes: Partial<SurroundingsFact>) => ({ surroundings: { ...SURROUNDINGS, ...changes } });
const settings = async (environment: Record<string, string>) => ({ settings: await settingsWith(environment) });
const platform = (code: string, severity: 'error' | 'warning' | 'advice' = 'warning') => ({
  platform: {
    running: true,
    container: glpi(''),
    findings: [{ code, severity, target: 'glpi-glpi-1', message: `it is ${code}`, try: 'docker ps' }],
  },
});
const MINUTE = 60_000;
const DOCKER_DEFAULT = 0xa80425fbn;

/** The way out, the containers, and Keykeeper's own rights and settings. */
export const FIRING_SURROUNDINGS: readonly Firing[] = [
  {
    code: 'network-way',
    on: 'a firewall',
    level: 'warning',
    facts: () => {
      const cause = { code: 'tcp-timeout', message: 'port 443 is shut', try: 'open it' } as const;
      return { network: { kind: 'unreachable', url: 'https://services.glpi-network.com/api/ping', cause } };
    },
    says: 'port 443 is shut',
  },
  {
    code: 'clock-right',
    on: 'a database whose clock is behind',
    level: 'warning',
    facts: () => ({ clocks: { ahead: [{ of: 'the database', by: 7 * MINUTE }] } }),
    says: '7 minutes ahead of',
  },
  {
    code: 'clock-right',
    on: 'a generation from the future',
    level: 'warning',
    facts: () => ({ instance: instanceOf({ vault: vaultOf(captured({}, { createdAt: '2026-02-01T00:00:00Z' })) }) }),
    says: 'set back',
  },
  {
    code: 'container-found',
    on: 'a container that is not found',
    level: 'warning',
    facts: () => platform('container-not-found'),
    says: 'container-not-found',
  },
  {
    code: 'container-found',
    on: 'a container that nobody named',
    level: 'advice',
    facts: () => platform('container-not-found', 'advice'),
    says: 'container-not-found',
  },
  {
    code: 'same-volume',
    on: 'a path in GLPI that is no usual one',
    level: 'warning',
    facts: () => platform('guarding-another-volume'),
    says: 'guarding-another-volume',
  },
  {
    code: 'same-volume',
    on: 'another volume in GLPI',
    level: 'error',
    facts: () => platform('guarding-another-volume', 'error'),
    says: 'guarding-another-volume',
  },
  {
    code: 'glpi-stays-up',
    on: 'a container that ends again and again',
    level: 'warning',
    facts: () => platform('glpi-restarting'),
    says: 'glpi-restarting',
  },
  {
    code: 'auto-install',
    on: 'all database variables and a config directory that goes with its container',
    level: 'error',
    facts: () => ({ places: { ...PLACES, config: { ...PLACES.config, keeping: 'container' } } }),
    says: 'installs over its database',
  },
  {
    code: 'start-script',
    on: 'the preset of fametec',
    level: 'warning',
    facts: () => settings({ KEYKEEPER_PRESET: 'fametec' }),
    says: 'security:change_key',
  },
  {
    code: 'start-script',
    on: 'a container of eftechcombr',
    level: 'warning',
    facts: () => ({ containers: described(glpi('', { image: 'docker.io/eftechcombr/glpi:latest' })) }),
    says: 'everybody',
  },
  {
    code: 'php-modules',
    on: 'a PHP without sodium',
    level: 'error',
    facts: () => ({ php: { kind: 'listed', missing: ['sodium'] } }),
    says: 'cannot seal',
  },
  {
    code: 'php-modules',
    on: 'a PHP without curl',
    level: 'warning',
    facts: () => ({ php: { kind: 'listed', missing: ['curl'] } }),
    says: 'registration key',
  },
  {
    code: 'cron-runs',
    on: 'actions that stopped',
    level: 'warning',
    facts: () => ({
      instance: instanceOf({
        database: healthyDatabase({ checkIn: { lastRun: '2026-01-05T00:00:00Z', daily: null } }),
      }),
    }),
    says: '2026-01-05',
  },
  {
    code: 'cron-runs',
    on: 'actions that never ran',
    level: 'advice',
    facts: () => ({ instance: instanceOf({ database: healthyDatabase({ checkIn: { lastRun: null, daily: null } }) }) }),
    says: 'never run',
  },
  {
    code: 'gate-in-front',
    on: 'a service that depends on its database alone',
    level: 'warning',
    facts: () => ({ containers: described(glpi('db:service_healthy:false')) }),
    says: 'db service_healthy',
  },
  {
    code: 'gate-in-front',
    on: 'a service that waits for the gate to be there, not to open',
    level: 'warning',
    facts: () => ({ containers: described(glpi('keykeeper-init:service_started:false')) }),
    says: 'not for the gate to open',
  },
  {
    code: 'gate-in-front',
    on: 'a service that waits for the health of a watch that is no gate',
    level: 'warning',
    facts: () => ({ containers: described(glpi('keykeeper:service_healthy:true')) }),
    says: 'keykeeper service_healthy',
  },
  {
    code: 'gate-before-start',
    on: 'a GLPI that started before all of Keykeeper',
    level: 'warning',
    facts: () => {
      const early = { startedAt: '2026-01-09T22:00:00Z' };
      return { containers: described(glpi('', early), [{ ...GATE, finishedAt: null }, container('keykeeper')]) };
    },
    says: '2026-01-09T22:00:00Z',
  },
  {
    code: 'own-rights',
    on: "the engine's default capabilities",
    level: 'warning',
    facts: () => surroundings({ capabilities: DOCKER_DEFAULT }),
    says: 'NET_RAW',
  },
  {
    code: 'own-rights',
    on: 'a privileged container',
    level: 'error',
    facts: () => surroundings({ capabilities: 0x1ffffffffffn }),
    says: 'SYS_ADMIN',
  },
  {
    code: 'confined',
    on: 'a writable root file system',
    level: 'advice',
    facts: () => surroundings({ mounts: [{ ...mountAt('/'), readOnly: false }] }),
    says: '/ is mounted rw',
  },
  {
    code: 'confined',
    on: 'a process that could gain privileges',
    level: 'advice',
    facts: () => surroundings({ noNewPrivileges: false }),
    says: 'NoNewPrivs: 0',
  },
  {
    code: 'confined',
    on: 'a process without seccomp',
    level: 'advice',
    facts: () => surroundings({ seccomp: 0 }),
    says: 'Seccomp: 0',
  },
  {
    code: 'engine-socket',
    on: 'a socket without a proxy',
    level: 'warning',
    facts: () => surroundings({ engineSocket: '/var/run/docker.sock' }),
    says: 'has the machine',
  },
  {
    code: 'engine-socket',
    on: 'a socket that nobody asks',
    level: 'warning',
    facts: async () => ({
      ...surroundings({ engineSocket: '/var/run/docker.sock' }),
      ...(await settings({ KEYKEEPER_PLATFORM: 'none' })),
    }),
    says: 'nobody asks it',
  },
  {
    code: 'engine-socket',
    on: 'a proxy that nobody asks',
    level: 'warning',
    facts: async () => ({
      ...surroundings({ engineHost: 'tcp://socket-proxy:2375' }),
      ...(await settings({ KEYKEEPER_PLATFORM: 'none' })),
    }),
    says: 'DOCKER_HOST is set',
  },
  {
    code: 'core-dumps',
    on: 'a limit that lets cores be written',
    level: 'advice',
    facts: () => surroundings({ coreLimit: null, corePattern: '|/usr/lib/systemd/systemd-coredump' }),
    says: 'systemd-coredump',
  },
  {
    code: 'gate-enforced',
    on: 'a gate that only warns',
    level: 'advice',
    facts: () => settings({ ...DATABASE_VARIABLES, KEYKEEPER_GATE: 'warn' }),
    says: 'KEYKEEPER_GATE',
  },
  {
    code: 'identity-of-use',
    on: 'an identity without recipients',
    level: 'warning',
    facts: async () => {
      const identity = 'AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33';
      return await settings({
        KEYKEEPER_EXPORT: 'off',
        KEYKEEPER_AGE_RECIPIENTS: '',
        KEYKEEPER_AGE_IDENTITY: identity,
      });
    },
    says: 'in clear',
  },
  {
    code: 'container-of-use',
    on: 'a named container and nobody to ask',
    level: 'advice',
    facts: () => settings({ KEYKEEPER_CONTAINER: 'glpi' }),
    says: 'no engine',
  },
  {
    code: 'settle-time',
    on: 'no settle time',
    level: 'warning',
    facts: () => settings({ KEYKEEPER_SETTLE: '0s' }),
    says: '0 ms',
  },
];
