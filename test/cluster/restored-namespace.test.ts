import type { V1Pod, V1Secret } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRETS } from '../e2e/stories/container-life/lived-in.ts';
import { available } from '../stand-in/require.ts';
import { ClusterDatabase } from './harness/database.ts';
import type { GlpiOptions } from './harness/glpi-pod.ts';
import { GlpiStory } from './harness/glpi-story.ts';
import { Namespace } from './harness/namespace.ts';
import { vaultObjects } from './harness/rights.ts';
import { runBeside } from './harness/run-beside.ts';
import { type Cluster, useCluster } from './harness/use-cluster.ts';

const NAME = 'helpdesk';
const ELSEWHERE = 11;
/** The database's service there: a backup seldom comes back under every name it had. */
const HOST_THERE = 'mariadb';
const OPTIONS = {
  name: NAME,
  version: '11.0.6',
  form: 'native',
  claim: null,
  vaultClaim: null,
  serviceAccount: NAME,
  environment: { KEYKEEPER_VAULT: `kubernetes:///${NAME}` },
} as const satisfies Partial<GlpiOptions>;

describe.skipIf(!(await available('kubernetes')))('a namespace restored from a backup into another one', () => {
  const here = useCluster('saved', [OPTIONS.version]);
  let there: Cluster;

  beforeAll(async () => {
    const namespace = await Namespace.open('restored');
    const database = await ClusterDatabase.start(namespace, here.images.mariadb, HOST_THERE);
    there = { images: here.images, namespace, database };
  });

  afterAll(async () => {
    await there?.database[Symbol.asyncDispose]();
    await there?.namespace[Symbol.asyncDispose]();
  });

  it('restores and writes nothing, and the pod says why, until a person says that this is the database now', async () => {
    await here.namespace.apply(vaultObjects(NAME));
    const saved = await GlpiStory.open(here, OPTIONS);
    const first = await saved.liveIn();
    await saved.untilStatus(first, ({ verdict, canary }) => verdict === 'sound' && canary?.tested === 4);
    const key = await saved.liveKey(first);
    const restored = await GlpiStory.open(there, { ...OPTIONS, databaseHost: HOST_THERE });
    await copySchema(here, there);
    const backup = await copyVault(here, there);
    const rows = await rowsOf(there);

    await restored.apply();
    const blocked = await there.namespace.until<V1Pod>(
      { kind: 'pods', labels: `app=${NAME}` },
      (pod) => lastEnd(pod) !== null && statusOf(pod)?.state?.running === undefined,
    );
    const untouched = [await vaultOf(there), await rowsOf(there)];
    const pod = blocked.metadata?.name ?? '';
    const adopted = await runBeside(there.namespace, pod, ['restore', '--adopt']);
    const next = await restored.replacePod(pod);
    const status = await restored.untilStatus(next, ({ verdict }) => verdict === 'sound');

    expect(lastEnd(blocked)).toMatchObject({ exitCode: ELSEWHERE, message: expect.stringContaining('other-database') });
    expect(blocked.status?.containerStatuses).toMatchObject([{ name: 'glpi', started: false, restartCount: 0 }]);
    expect(untouched).toEqual([backup, rows]);
    expect(adopted).toMatchObject({ exitCode: 0, json: { verdictAfter: 'sound', canary: { tested: 4, opened: 4 } } });
    expect(status).toMatchObject({ healthy: true, canary: { tested: 4, opened: 4 } });
    expect(await restored.liveKey(next)).toBe(key);
    expect(await restored.secrets(next)).toMatchObject(SECRETS);
  });
});

async function copySchema(from: Cluster, to: Cluster): Promise<void> {
  const dump = ['mariadb-dump', '--no-defaults', '--socket=/tmp/mariadb.sock', NAME];
  const load = ['mariadb', '--no-defaults', '--socket=/tmp/mariadb.sock', NAME];
  const dumped = await from.namespace.execute('database', 'mariadb', dump);
  const loaded = await to.namespace.execute(HOST_THERE, 'mariadb', load, dumped.stdout);
  expect([dumped, loaded]).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
}

/** Puts the vault's Secret into the other namespace, as a backup of the cluster does. @returns its content */
async function copyVault(from: Cluster, to: Cluster): Promise<V1Secret['data']> {
  const data = await vaultOf(from);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: NAME }, data };
  await to.namespace.apply([...vaultObjects(NAME).filter(({ kind }) => kind !== 'Secret'), secret]);
  return data;
}

async function vaultOf({ namespace }: Cluster): Promise<V1Secret['data']> {
  return (await namespace.get<V1Secret>({ kind: 'secret', name: NAME })).data;
}

/** One digest over every table that holds sealed values. */
async function rowsOf({ database }: Cluster): Promise<string> {
  const tables = ['glpi_configs', 'glpi_mailcollectors', 'glpi_users'].map((table) => `\`${NAME}\`.${table}`);
  const [rows] = await database.root.query(`CHECKSUM TABLE ${tables.join(', ')}`);
  return JSON.stringify(rows);
}

function statusOf({ status }: V1Pod) {
  return status?.initContainerStatuses?.find(({ name }) => name === 'keykeeper');
}

/** How Keykeeper's last run ended; null where none did. */
function lastEnd(pod: V1Pod) {
  const status = statusOf(pod);
  return status?.state?.terminated ?? status?.lastState?.terminated ?? null;
}
