import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiClient, openApiClient } from '../../../src/kubernetes/api-client.ts';
import { ApiFailure } from '../../../src/kubernetes/api-failure.ts';
import type { ObjectPlace } from '../../../src/kubernetes/object-place.ts';
import { type ApiDouble, startApiDouble } from '../../stand-in/kubernetes/api-double.ts';
import { connectTo, QUICK } from '../../stand-in/kubernetes/connect.ts';

const PLACE: ObjectPlace = { group: '', version: 'v1', resource: 'secrets', namespace: 'glpi', name: 'keys' };

let double: ApiDouble;
let client: ApiClient;

beforeEach(async () => {
  double = await startApiDouble();
  client = openApiClient(connectTo(double.url), QUICK);
});

afterEach(async () => {
  client[Symbol.dispose]();
  await double.stop();
});

async function created(): Promise<{ metadata: { resourceVersion: string } }> {
  return (await client.create(PLACE, { metadata: { name: 'keys' }, data: {} })) as never;
}

async function failureOf(promise: Promise<unknown>): Promise<ApiFailure> {
  const error = await promise.catch((caught: unknown) => caught);
  if (error instanceof ApiFailure) return error;
  throw new Error(`expected an ApiFailure, got ${String(error)}`);
}

describe('the client of the Kubernetes API', () => {
  it('creates an object, reads it, and updates what it has read', async () => {
    const first = await created();

    await client.update(PLACE, { ...first, data: { a: 'YQ==' } });

    expect(await client.get(PLACE)).toMatchObject({ data: { a: 'YQ==' } });
  });

  it('does not update what somebody else has changed since', async () => {
    const first = await created();
    await client.patch(PLACE, { data: { a: 'YQ==' } });

    const failure = await failureOf(client.update(PLACE, { ...first, data: { b: 'Yg==' } }));

    expect(failure).toMatchObject({ code: 'kubernetes-refused', status: 409, reason: 'Conflict' });
    expect(await client.get(PLACE)).toMatchObject({ data: { a: 'YQ==' } });
  });

  it('names the object, the account and the rule that lacks where it is forbidden, and asks once', async () => {
    const message = 'secrets "keys" is forbidden: User "system:serviceaccount:glpi:keykeeper" cannot get resource';
    double.faults.plan({ kind: 'status', status: 403, reason: 'Forbidden', message });

    const failure = await failureOf(client.get(PLACE));

    expect(failure).toMatchObject({ code: 'kubernetes-denied', status: 403 });
    expect(failure.message).toContain('system:serviceaccount:glpi:keykeeper get secrets/keys in namespace glpi');
    expect(failure.try).toContain('{apiGroups: [""], resources: ["secrets"], resourceNames: ["keys"], verbs: ["get"]}');
    expect(double.requests).toHaveLength(1);
  });

  it('asks no rule by name for creating, for no Role can restrict that', async () => {
    double.faults.plan({ kind: 'status', status: 403 });

    const failure = await failureOf(client.create(PLACE, { metadata: { name: 'keys' } }));

    expect(failure.try).toContain('{apiGroups: [""], resources: ["secrets"], verbs: ["create"]}');
  });

  it('says so where the token is not accepted', async () => {
    double.faults.plan({ kind: 'status', status: 401 });

    expect(await failureOf(client.get(PLACE))).toMatchObject({ code: 'kubernetes-denied', status: 401 });
  });

  it.each([429, 500, 503, 504])('asks again after %i', async (status) => {
    await created();
    double.faults.plan({ kind: 'status', status, times: 2 });

    expect(await client.get(PLACE)).toMatchObject({ metadata: { name: 'keys' } });
  });

  it('waits as long as the server asks', async () => {
    await created();
    double.faults.plan({ kind: 'status', status: 429, retryAfter: 1, times: 1 });
    const begun = process.hrtime.bigint();

    await client.get(PLACE);

    expect(Number(process.hrtime.bigint() - begun) / 1e6).toBeGreaterThanOrEqual(950);
  });

  it('gives up at once where the server asks for more than anybody would wait', async () => {
    double.faults.plan({ kind: 'status', status: 429, retryAfter: 60 });

    expect(await failureOf(client.get(PLACE))).toMatchObject({ status: 429 });
    expect(double.requests).toHaveLength(1);
  });

  it('gives up after its attempts', async () => {
    double.faults.plan({ kind: 'status', status: 500 });

    expect(await failureOf(client.get(PLACE))).toMatchObject({ code: 'kubernetes-refused', status: 500 });
    expect(double.requests).toHaveLength(QUICK.attempts);
  });

  it('asks again where the connection broke', async () => {
    await created();
    double.faults.plan({ kind: 'cut', times: 2 });

    expect(await client.get(PLACE)).toMatchObject({ metadata: { name: 'keys' } });
  });

  it('does not write twice where only the answer was lost', async () => {
    const first = await created();
    double.faults.plan({ kind: 'cut-after', verbs: ['update'], times: 1 });

    const failure = await failureOf(client.update(PLACE, { ...first, data: { a: 'YQ==' } }));

    expect(failure).toMatchObject({ status: 409, reason: 'Conflict' });
    expect(await client.get(PLACE)).toMatchObject({ data: { a: 'YQ==' } });
  });

  it('does not wait for ever for an answer', async () => {
    double.faults.plan({ kind: 'hang' });

    const failure = await failureOf(client.get(PLACE, { attempts: 1 }));

    expect(failure).toMatchObject({ code: 'kubernetes-unreachable', status: null });
    expect(failure.message).toContain('within 300 ms');
  });

  it('finds the server again that was stopped and started', async () => {
    await created();
    await double.stop();
    const failure = await failureOf(client.get(PLACE));
    await double.start();

    const found = await client.get(PLACE);

    expect(failure).toMatchObject({ code: 'kubernetes-unreachable' });
    expect(failure.message).toContain('ECONNREFUSED');
    expect(found).toMatchObject({ metadata: { name: 'keys' } });
  });

  it('stops when its asker does', async () => {
    double.faults.plan({ kind: 'hang' });
    const stop = new AbortController();
    const asking = client.get(PLACE, { signal: stop.signal, timeout: 60_000 });
    stop.abort(new Error('enough'));

    await expect(asking).rejects.toThrow('enough');
  });
});
