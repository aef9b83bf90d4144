import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiClient, openApiClient } from '../../../../src/kubernetes/api-client.ts';
import { EventSink } from '../../../../src/platform/kubernetes/event-sink.ts';
import { type ApiDouble, startApiDouble } from '../../../stand-in/kubernetes/api-double.ts';
import { connectTo, QUICK } from '../../../stand-in/kubernetes/connect.ts';

const SUBJECT = { namespace: 'glpi', pod: 'glpi-0', podUid: 'c0ffee' };
const EVENTS = '/api/v1/namespaces/glpi/events';
const BLOCKED = { type: 'Warning', reason: 'GateBlocked', message: 'GLPI must not start' } as const;
const HOUR = 3_600_000;

let double: ApiDouble;
let client: ApiClient;
let now: number;
let sink: EventSink;

beforeEach(async () => {
  double = await startApiDouble();
  client = openApiClient(connectTo(double.url), QUICK);
  now = 1_000;
  sink = new EventSink(client, () => now);
});

afterEach(async () => {
  client[Symbol.dispose]();
  await double.stop();
});

async function put(changes: { message?: string } = {}): Promise<void> {
  await sink.put({ ...BLOCKED, ...changes }, SUBJECT, new AbortController().signal);
}

function messages(): unknown[] {
  return double.objects.list(EVENTS).map((event) => event.message);
}

describe('the events of a pod', () => {
  it('are about the pod, and say who tells', async () => {
    await put();

    expect(double.objects.list(EVENTS)).toEqual([
      expect.objectContaining({
        ...BLOCKED,
        involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'glpi', name: 'glpi-0', uid: 'c0ffee' },
        source: { component: 'keykeeper' },
        count: 1,
      }),
    ]);
  });

  it('are not said again within the hour', async () => {
    await put();
    now += HOUR - 1;
    await put();
    const within = messages().length;
    now += 1;
    await put();

    expect([within, messages().length]).toEqual([1, 2]);
  });

  it('are cut off in a flood, and come again later', async () => {
    for (let number = 0; number < 40; number += 1) await put({ message: `number ${number}` });
    const flood = messages().length;
    now += 300_000;
    await put({ message: 'later' });

    expect(flood).toBe(10);
    expect(messages()).toContain('later');
  });

  it('are shortened to what the API takes', async () => {
    await put({ message: 'x'.repeat(5_000) });

    expect(String(messages()[0])).toHaveLength(1_000);
  });

  it('name the missing right, and are no trouble for anybody else', async () => {
    double.faults.plan({ kind: 'status', status: 403, reason: 'Forbidden', times: 1 });

    await put();
    const { trouble } = sink;
    await put({ message: 'once allowed' });

    expect(trouble?.try).toContain('{apiGroups: [""], resources: ["events"], verbs: ["create"]}');
    expect(sink.trouble).toBeNull();
  });

  it('are dropped where the API server is away', async () => {
    await double.stop();

    await put();

    expect(sink.trouble?.code).toBe('kubernetes-unreachable');
  });
});
