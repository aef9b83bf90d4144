import type { CoreV1Event, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { available } from '../stand-in/require.ts';
import { command, type GlpiOptions } from './harness/glpi-pod.ts';
import { GlpiStory } from './harness/glpi-story.ts';
import { vaultObjects } from './harness/rights.ts';
import { useCluster } from './harness/use-cluster.ts';

const VERSION = '11.0.6';
const FAILED = 1;

describe.skipIf(!(await available('kubernetes')))('watch --gate as a native sidecar', () => {
  const cluster = useCluster('sidecar', [VERSION]);

  /** An own service account with the rights of the documentation. */
  async function story(name: string, changes: Partial<GlpiOptions> = {}): Promise<GlpiStory> {
    await cluster.namespace.apply(vaultObjects(name));
    const options = { name, version: VERSION, form: 'native', claim: null, vaultClaim: `${name}-vault` } as const;
    return await GlpiStory.open(cluster, { ...options, serviceAccount: name, ...changes });
  }

  async function probe(pod: string, option: string) {
    return await cluster.namespace.execute(pod, 'keykeeper', command('healthcheck', option));
  }

  async function eventsOf(pod: string): Promise<CoreV1Event[]> {
    const events = await cluster.namespace.list<CoreV1Event>({ kind: 'events' });
    return events.filter(
      ({ involvedObject, source }) => involvedObject.name === pod && source?.component === 'keykeeper',
    );
  }

  it.concurrent('starts GLPI once the gate is open, and guards it when its container alone starts anew', async () => {
    const glpi = await story('guarded', { environment: { KEYKEEPER_HTTP: '127.0.0.1:8377' } });
    const pod = await glpi.liveIn();
    await glpi.untilStatus(pod, ({ verdict, canary }) => verdict === 'sound' && canary?.tested === 4);
    const key = await glpi.liveKey(pod);

    await glpi.restartGlpi(pod);
    const seen = await glpi.untilStatus(pod, (status) => status.glpi.running === true);
    await glpi.inGlpi(pod, ['rm', '/var/glpi/config/glpicrypt.key']);
    await cluster.namespace.untilLog(pod, 'keykeeper', 'action=restore-file');

    expect(await glpi.liveKey(pod)).toBe(key);
    expect(await glpi.restarts(pod, 'keykeeper')).toBe(0);
    expect(seen.findings.filter(({ code }) => code.startsWith('kubernetes-'))).toEqual([]);
    expect((await eventsOf(pod)).map(({ reason }) => reason)).toContain('FileRestored');
  });

  it.concurrent('is alive while its database is away, and alive is another question than safe', async () => {
    const glpi = await story('outage', { environment: { KEYKEEPER_HTTP: 'off' } });
    const pod = await glpi.deploy();
    await cluster.database.root.query(`REVOKE ALL ON \`${glpi.options.schema}\`.* FROM 'glpi'@'%'`);
    await cluster.namespace.untilLog(pod, 'keykeeper', 'code=database-');

    const [live, startup] = [await probe(pod, '--live'), await probe(pod, '--startup')];

    expect(live).toMatchObject({ exitCode: 0, stdout: 'passed: the loop goes on\n' });
    expect(startup).toMatchObject({ exitCode: 0, stdout: 'passed: GLPI may start\n' });
    expect(await glpi.restarts(pod, 'keykeeper')).toBe(0);
  });

  it.concurrent('keeps GLPI from starting where its key is lost, and the pod says why', async () => {
    const lived = await story('lived', { form: 'none' });
    await lived.liveIn();
    const blocked = await story('blocked', { schema: lived.options.schema });

    await blocked.apply();
    const pod = await cluster.namespace.until<V1Pod>(
      { kind: 'pods', labels: 'app=blocked' },
      (each) => endOf(statusOf(each, 'keykeeper')) !== null && (statusOf(each, 'keykeeper')?.restartCount ?? 0) > 0,
    );
    const name = pod.metadata?.name ?? '';
    const described = await cluster.namespace.kubectl(['describe', 'pod', name]);
    const [event] = await eventsOf(name);

    expect(endOf(statusOf(pod, 'keykeeper'))).toMatchObject({
      exitCode: 10,
      message: expect.stringContaining('key-lost'),
    });
    expect(statusOf(pod, 'glpi')).toMatchObject({ restartCount: 0, started: false, state: { waiting: {} } });
    expect(event).toMatchObject({ type: 'Warning', reason: 'GateBlocked' });
    expect(described).toMatch(/Warning +GateBlocked .*keykeeper +GLPI must not start \(exit code 10\)/);
  });

  it.concurrent('waits for a database that is not there yet, and does not die meanwhile', async () => {
    const glpi = await story('early', { databaseHost: 'late', environment: { KEYKEEPER_DATABASE_WAIT: '5m' } });
    await glpi.apply();
    const { metadata } = await cluster.namespace.until<V1Pod>(
      { kind: 'pods', labels: 'app=early' },
      (each) => statusOf(each, 'keykeeper')?.state?.running !== undefined,
    );
    const pod = metadata?.name ?? '';
    await cluster.namespace.untilLog(pod, 'keykeeper', 'code=database-');

    const [live, startup] = [await probe(pod, '--live'), await probe(pod, '--startup')];
    const now = await cluster.namespace.get<V1Pod>({ kind: 'pod', name: pod });

    expect([live.exitCode, startup.exitCode]).toEqual([0, FAILED]);
    expect(startup.stdout).toContain('the gate is shut');
    expect(statusOf(now, 'keykeeper')?.restartCount).toBe(0);
    expect(statusOf(now, 'glpi')?.state?.waiting).toBeDefined();
  });

  it.concurrent('ends after GLPI, at once and with success', async () => {
    const glpi = await story('ended');
    const pod = await glpi.deploy();

    await cluster.namespace.kubectl(['delete', 'pod', pod, '--wait=false']);
    const ended = await cluster.namespace.until<V1Pod>(
      { kind: 'pod', name: pod },
      (each) => endOf(statusOf(each, 'keykeeper')) !== null && endOf(statusOf(each, 'glpi')) !== null,
    );
    const [own, its] = [endOf(statusOf(ended, 'keykeeper')), endOf(statusOf(ended, 'glpi'))];

    expect(own?.exitCode).toBe(0);
    expect(Date.parse(String(own?.finishedAt))).toBeGreaterThanOrEqual(Date.parse(String(its?.finishedAt)));
  });
});

function statusOf({ status }: V1Pod, container: string): V1ContainerStatus | undefined {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return all.find(({ name }) => name === container);
}

/** How its last run ended; null where none did. */
function endOf(status: V1ContainerStatus | undefined) {
  return status?.state?.terminated ?? status?.lastState?.terminated ?? null;
}
