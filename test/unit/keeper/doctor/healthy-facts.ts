import { loadSettings } from '../../../../src/config/load-settings.ts';
import { findingsOf } from '../../../../src/core/findings.ts';
import type { GuardedFile } from '../../../../src/core/guarded-set.ts';
import { judge } from '../../../../src/core/judge.ts';
import { plan } from '../../../../src/core/plan.ts';
import { planAccess } from '../../../../src/core/plan-access.ts';
import { NO_RECORDS } from '../../../../src/core/records.ts';
import type { WrongAccess } from '../../../../src/keeper/doctor/facts/look-at-access.ts';
import type { InstanceFact } from '../../../../src/keeper/doctor/facts/look-at-instance.ts';
import type { PlacesFact } from '../../../../src/keeper/doctor/facts/look-at-places.ts';
import type { SurroundingsFact } from '../../../../src/keeper/doctor/facts/look-at-surroundings.ts';
import type { KnownFacts } from '../../../../src/keeper/doctor/known-facts.ts';
import { presenceOf } from '../../../../src/keeper/presence-record.ts';
import type { DescribedContainer } from '../../../../src/platform/platform.ts';
import { type Mount, parseMounts } from '../../../../src/vault/directory/mount.ts';
import {
  answers,
  digestOf,
  generation,
  IDENTITY,
  KEY_A,
  observe,
  type Scene,
  valuesOf,
  vaultOf,
} from '../../core/build-observation.ts';
import { readFixture } from '../../glpi/read-fixture.ts';

export const AT = '2026-01-10T00:00:00Z';
export const CONFIG_DB = readFixture('config_db-11.0.6.php.txt');
const REGISTRATION = KEY_A;

/** Rights and mounts of the complete stack: root with three capabilities, two volumes, a read-only root. */
const MOUNTINFO = `20 1 0:50 / / ro,relatime - overlay overlay rw
21 20 8:1 /var/lib/docker/volumes/glpi_data/_data /var/glpi rw - ext4 /dev/sda1 rw
22 20 8:1 /var/lib/docker/volumes/keykeeper-vault/_data /vault rw - ext4 /dev/sda1 rw
23 20 8:9 / /offsite rw - ext4 /dev/sdb1 rw
24 20 0:60 / /run/secrets rw - tmpfs tmpfs rw`;

export function mountAt(point: string, line?: string): Mount {
  const found = parseMounts(line ?? MOUNTINFO).find((each) => each.point === point);
  if (found === undefined) throw new Error(`no mount at ${point}`);
  return found;
}

/** A healthy instance: captured, watched, drilled, exported, registered. */
export function healthyScene(scene: Scene = {}): Scene {
  const files: Scene['files'] = { 'config_db.php': CONFIG_DB, 'oauth.pem': 'pem', 'oauth.pub': 'pub', ...scene.files };
  const { presence: _, ...records } = NO_RECORDS;
  const me = presenceOf(observe({ at: AT }));
  const success = { attemptedAt: AT, succeededAt: AT, last: { at: AT, success: true, message: 'went well' } };
  return {
    at: AT,
    stage: 'ask',
    vault: vaultOf(captured(files)),
    database: healthyDatabase(),
    ...scene,
    files,
    records: {
      ...records,
      presence: me === null ? [] : [{ ...me, at: AT }],
      receipts: [
        {
          key: REGISTRATION,
          answer: {
            at: AT,
            verdict: 'valid',
            cause: null,
            message: null,
            owner: null,
            title: null,
            endDate: null,
            clockSkew: null,
          },
          attempt: { at: AT, token: 'x', reason: 'day', state: 'answered' },
          trouble: null,
          seen: { 'registration-key': [], 'security-key': [], container: [], 'glpi-version': [] },
          askedFor: { 'registration-key': null, 'security-key': null, container: null, 'glpi-version': null },
          owed: [],
          refreshes: 0,
        },
      ],
      drill: success,
      export: success,
      ...scene.records,
    },
  };
}

/** The newest generation, which holds the texts of these files. */
export function captured(files: NonNullable<Scene['files']>, spec: Parameters<typeof generation>[1] = {}) {
  const texts: Partial<Record<GuardedFile, string>> = {};
  for (const [name, text] of Object.entries(files)) if (typeof text === 'string') texts[name as GuardedFile] = text;
  const registration = { kind: 'kept', key: null, fingerprint: REGISTRATION } as const;
  return generation(1, { texts, registration, ...spec });
}

export function healthyDatabase(members: Parameters<typeof answers>[1] = {}) {
  return answers(valuesOf({ under: [KEY_A] }), {
    version: '11.0.6',
    checkIn: { lastRun: AT, daily: null },
    registration: REGISTRATION,
    registrationRow: { kind: 'opens', fingerprint: REGISTRATION, under: KEY_A },
    identity: IDENTITY,
    ...members,
  });
}

/** What observing, judging and planning make of a scene. */
export function instanceOf(scene: Scene = {}, members: Partial<InstanceFact> = {}): InstanceFact {
  const observation = observe(healthyScene(scene));
  const judgement = judge(observation);
  const planned = plan(observation, judgement, { rescue: 'auto', preview: true });
  const nothing = {
    digest: null,
    registration: null,
    registrationBehind: null,
    registrationRow: null,
    registrationCell: null,
    escrow: null,
  };
  const database = { ...nothing, state: observation.database };
  const keyring = { keys: new Map(), candidates: observation.candidates };
  const judged = { pass: { observation, keyring, database }, judgement, plan: planned };
  const findings = findingsOf(observation, judgement, planned.obstacle, '/var/glpi/config');
  const outcome = {
    obstacle: planned.obstacle,
    reseal: 'none',
    writeFailed: false,
    accessFailed: false,
    vaultFailed: false,
    unsettled: false,
  } as const;
  const result = {
    found: judged,
    after: judged,
    reports: [],
    findings,
    outcome,
    generation: null,
    container: null,
    platform: 'none',
  } as const;
  return { result, late: null, withoutVault: null, ...members };
}

export const SURROUNDINGS: SurroundingsFact = {
  uid: 0,
  // CHOWN, DAC_OVERRIDE and FOWNER (linux/capability.h).
  capabilities: 0b1011n,
  noNewPrivileges: true,
  seccomp: 2,
  contained: true,
  mounts: parseMounts(MOUNTINFO),
  coreLimit: 0,
  corePattern: 'core',
  engineSocket: null,
  engineHost: null,
  inPod: false,
  skipAutoInstall: null,
};

export const PLACES: PlacesFact = {
  config: {
    path: '/var/glpi/config',
    exists: true,
    mount: mountAt('/var/glpi'),
    keeping: 'lasting',
    freeBytes: 10 ** 9,
  },
  vault: {
    path: '/vault',
    exists: true,
    mount: mountAt('/vault'),
    keeping: 'lasting',
    freeBytes: 10 ** 9,
    folderMode: 0o700,
  },
  identities: [],
  exportTo: { path: '/offsite', exists: true, mount: mountAt('/offsite'), keeping: 'lasting', freeBytes: 10 ** 9 },
};

/** A container of one Compose project, running since an hour. */
export function container(service: string, members: Partial<DescribedContainer> = {}): DescribedContainer {
  return {
    id: digestOf(service),
    name: `glpi-${service}-1`,
    image: service === 'glpi' ? 'glpi/glpi:11.0.6' : 'keykeeper:0.1.0',
    startedAt: '2026-01-09T23:00:00Z',
    restarts: 0,
    health: null,
    labels: { 'com.docker.compose.project': 'glpi', 'com.docker.compose.service': service },
    mounts: [],
    finishedAt: null,
    command: [],
    switches: {},
    ...members,
  };
}

export const GATE = container('keykeeper-init', {
  command: ['init'],
  startedAt: '2026-01-09T22:59:00Z',
  finishedAt: '2026-01-09T22:59:30Z',
});
const WATCH = container('keykeeper', { command: ['watch'], startedAt: '2026-01-09T22:59:00Z' });

export function glpi(dependsOn: string, members: Partial<DescribedContainer> = {}): DescribedContainer {
  const plain = container('glpi', members);
  return { ...plain, labels: { ...plain.labels, 'com.docker.compose.depends_on': dependsOn } };
}

export const BEHIND_THE_GATE = glpi('db:service_healthy:false,keykeeper-init:service_completed_successfully:false');

export function described(
  one = BEHIND_THE_GATE,
  keepers: readonly DescribedContainer[] = [GATE],
): KnownFacts['containers'] {
  return { kind: 'described', description: { own: WATCH, glpi: one, keepers, clockAhead: 0 } };
}

/** Settings as the complete stack has them, with recipients, an identity in a secret, and the image's variables. */
export async function settingsWith(environment: Record<string, string> = {}): Promise<KnownFacts['settings']> {
  const loaded = await loadSettings({
    flags: {},
    environment: {
      KEYKEEPER_PRESET: 'official',
      KEYKEEPER_AGE_RECIPIENTS: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
      KEYKEEPER_EXPORT_TO: '/offsite',
      KEYKEEPER_EXPORT: '1d',
      ...environment,
    },
    configFile: null,
  });
  return loaded;
}

/** Facts under which every check is silent. */
export async function healthyFacts(changes: Partial<KnownFacts> = {}): Promise<KnownFacts> {
  const instance = changes.instance ?? instanceOf();
  return {
    access: wrongAccess(instance),
    settings: await settingsWith(DATABASE_VARIABLES),
    surroundings: SURROUNDINGS,
    instance,
    places: PLACES,
    platform: { running: true, container: BEHIND_THE_GATE, findings: [] },
    containers: described(),
    php: { kind: 'listed', missing: [] },
    network: { kind: 'reachable', url: 'https://services.glpi-network.com/api/ping', clockSkew: null },
    clocks: { ahead: [{ of: 'the database', by: 400 }] },
    ...changes,
  };
}

/** The variables of GLPI's image that say what {@link CONFIG_DB} says. */
export const DATABASE_VARIABLES = {
  GLPI_DB_HOST: '127.0.0.1',
  GLPI_DB_PORT: '33306',
  GLPI_DB_NAME: 'glpi11',
  GLPI_DB_USER: 'glpi',
  GLPI_DB_PASSWORD: 'gl pi+p@ss/%w0rd&é',
};

/** What would be repaired; nothing is in the way. */
function wrongAccess({ result }: InstanceFact): WrongAccess[] {
  const { pass, judgement } = result.after;
  return planAccess(pass.observation, judgement).flatMap((action) =>
    'wanted' in action && 'target' in action
      ? [{ target: action.target, path: `/var/glpi/config/${action.target}`, wanted: action.wanted, obstacle: null }]
      : [],
  );
}
