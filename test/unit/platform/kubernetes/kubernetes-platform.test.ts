import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { absolutePath } from '../../../../src/core/brand.ts';
import { openApiClient } from '../../../../src/kubernetes/api-client.ts';
import { openKubernetes } from '../../../../src/platform/kubernetes/kubernetes-platform.ts';
import type { Platform } from '../../../../src/platform/platform.ts';
import { type ApiDouble, startApiDouble } from '../../../stand-in/kubernetes/api-double.ts';
import { connectTo, QUICK, QUICK_FOLLOW } from '../../../stand-in/kubernetes/connect.ts';
import { LOOPING, NOT_STARTED, OWN_START, type PodChanges, podObject } from '../../../stand-in/kubernetes/pod.ts';

const PODS = '/api/v1/namespaces/glpi/pods';
const SIGNAL = new AbortController().signal;

let double: ApiDouble;
let platform: Platform;
let stop: AbortController;

beforeEach(async () => {
  double = await startApiDouble();
  double.objects.create(PODS, podObject());
  stop = new AbortController();
  platform = openKubernetes({
    client: openApiClient(connectTo(double.url), QUICK),
    namespace: 'glpi',
    pod: 'glpi-0',
    traces: { podUid: 'c0ffee', container: 'keykeeper', startedAt: OWN_START },
    container: null,
    guardedDirectory: absolutePath('/var/glpi/config'),
    monotonic: () => performance.now(),
    timings: { follow: QUICK_FOLLOW, lookEvery: 10 },
  });
});

afterEach(async () => {
  stop.abort();
  await platform[Symbol.asyncDispose]();
  await double.stop();
});

function change(changes: PodChanges): void {
  const { status } = podObject(changes);
  double.objects.patch(`${PODS}/glpi-0`, { status });
}

function hints(): string[] {
  const heard: string[] = [];
  platform.follow((reason) => void heard.push(reason), stop.signal);
  return heard;
}

describe('the Kubernetes platform', () => {
  it("tells whether GLPI runs in its own pod, with one question for the pod's name", async () => {
    const observation = await platform.observe(SIGNAL);

    expect(observation).toMatchObject({ running: true, container: { name: 'glpi' }, findings: [] });
    expect(double.requests.map(({ verb, resource, name }) => [verb, resource, name])).toEqual([
      ['get', 'pods', 'glpi-0'],
    ]);
  });

  it('hints when GLPI ends, and not before anything changed', async () => {
    await platform.observe(SIGNAL);
    const heard = hints();
    await vi.waitFor(() => expect(double.watches.count).toBe(1), { timeout: 5_000, interval: 5 });
    const before = heard.length;

    change({ glpi: LOOPING });

    await vi.waitFor(() => expect(heard.length).toBe(1), { timeout: 5_000, interval: 5 });
    expect(before).toBe(0);
  });

  it('asks now and then where it may read its pod and not watch it', async () => {
    double.faults.plan({ kind: 'status', status: 403, reason: 'Forbidden', verbs: ['list', 'watch'] });
    const { findings } = await platform.observe(SIGNAL);
    const heard = hints();

    change({ glpi: NOT_STARTED });

    await vi.waitFor(() => expect(heard).not.toEqual([]), { timeout: 5_000, interval: 5 });
    expect(findings).toEqual([]);
  });

  it('names the rule that is missing where it may not read its pod, and goes on without', async () => {
    double.faults.plan({ kind: 'status', status: 403, reason: 'Forbidden', resource: 'pods' });

    const { running, findings } = await platform.observe(SIGNAL);

    expect(running).toBeNull();
    expect(findings).toEqual([
      expect.objectContaining({
        code: 'kubernetes-denied',
        severity: 'warning',
        try: expect.stringContaining('{apiGroups: [""], resources: ["pods"], verbs: ["get"]}'),
      }),
    ]);
  });

  it('says what to set where its pod is called otherwise', async () => {
    double.objects.delete(`${PODS}/glpi-0`);

    const { findings } = await platform.observe(SIGNAL);

    expect(findings[0]).toMatchObject({ code: 'kubernetes-refused', try: expect.stringContaining('KEYKEEPER_POD') });
  });

  it('knows nothing while the API server is away, and everything afterwards', async () => {
    await double.stop();
    const away = await platform.observe(SIGNAL);
    await double.start();
    const back = await platform.observe(SIGNAL);

    expect([away.running, away.findings[0]?.code]).toEqual([null, 'kubernetes-unreachable']);
    expect(back).toMatchObject({ running: true, findings: [] });
  });

  it('advises which right events need, once one was refused', async () => {
    double.faults.plan({ kind: 'status', status: 403, reason: 'Forbidden', resource: 'events' });

    await platform.announce?.({ type: 'Normal', reason: 'KeySafe', message: 'the key is safe again' }, SIGNAL);
    const { findings } = await platform.observe(SIGNAL);

    expect(findings).toEqual([expect.objectContaining({ code: 'kubernetes-denied', severity: 'advice' })]);
  });

  it('ends what it follows when it is disposed of', async () => {
    const heard = hints();
    await platform[Symbol.asyncDispose]();

    change({ glpi: LOOPING });

    expect(heard).toEqual([]);
  });
});
