import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Failure } from '../../../src/core/failure.ts';
import { type ApiClient, openApiClient } from '../../../src/kubernetes/api-client.ts';
import { type FollowTimings, followObject } from '../../../src/kubernetes/follow-object.ts';
import type { ObjectPlace } from '../../../src/kubernetes/object-place.ts';
import { type ApiDouble, startApiDouble } from '../../stand-in/kubernetes/api-double.ts';
import { connectTo, QUICK, QUICK_FOLLOW } from '../../stand-in/kubernetes/connect.ts';

const PLACE: ObjectPlace = { group: '', version: 'v1', resource: 'secrets', namespace: 'glpi', name: 'keys' };
const COLLECTION = '/api/v1/namespaces/glpi/secrets';
const PATH = `${COLLECTION}/keys`;

let double: ApiDouble;
let client: ApiClient;
let stop: AbortController;
let following: Promise<void>;
let seen: (string | null)[];
let troubles: (Failure | null)[];

beforeEach(async () => {
  double = await startApiDouble();
  client = openApiClient(connectTo(double.url), QUICK);
  stop = new AbortController();
  following = Promise.resolve();
  [seen, troubles] = [[], []];
});

afterEach(async () => {
  stop.abort();
  await following;
  client[Symbol.dispose]();
  await double.stop();
});

function follow(timings: Partial<FollowTimings> = {}): void {
  const follower = {
    onObject: (object: unknown) => void seen.push(object === null ? null : markOf(object)),
    onTrouble: (failure: Failure | null) => void troubles.push(failure),
  };
  following = followObject(client, PLACE, follower, stop.signal, { ...QUICK_FOLLOW, ...timings });
}

function markOf(object: unknown): string {
  return (object as { mark: string }).mark;
}

function put(mark: string): void {
  const there = double.objects.list(COLLECTION).some(({ metadata }) => metadata.name === 'keys');
  if (there) double.objects.patch(PATH, { mark });
  else double.objects.create(COLLECTION, { metadata: { name: 'keys' }, mark });
}

async function untilSeen(...expected: (string | null)[]): Promise<void> {
  await vi.waitFor(() => expect(seen).toEqual(expected), { timeout: 5000, interval: 5 });
}

async function untilWatching(count = 1): Promise<void> {
  await vi.waitFor(() => expect(double.watches.count).toBe(count), { timeout: 5000, interval: 5 });
}

describe('following an object', () => {
  it('tells what is there, and each change', async () => {
    put('one');
    follow();
    await untilWatching();
    put('two');
    double.objects.delete(PATH);
    put('three');

    await untilSeen('one', 'two', null, 'three');
  });

  it('hears of nothing but its own object', async () => {
    follow();
    await untilWatching();
    double.objects.create(COLLECTION, { metadata: { name: 'other' }, mark: 'other' });
    put('one');

    await untilSeen(null, 'one');
  });

  it.each([
    ['the server ends the watch', (watched: ApiDouble) => watched.watches.end()],
    ['the connection breaks', (watched: ApiDouble) => watched.watches.cut()],
  ])('loses nothing when %s', async (_, interrupt) => {
    put('one');
    follow();
    await untilWatching();
    interrupt(double);
    put('two');

    await untilSeen('one', 'two');
  });

  it('goes on where it was after bookmarks, though the rest is gone', async () => {
    put('one');
    follow();
    await untilWatching();
    double.objects.compact();
    double.watches.bookmark();
    double.watches.end();
    put('two');

    await untilSeen('one', 'two');
  });

  it.each([
    ['as an answer', (watched: ApiDouble) => watched.watches.cut()],
    ['within the stream', (watched: ApiDouble) => watched.watches.expire()],
  ])('lists anew when its version is gone, told %s', async (_, expire) => {
    put('one');
    follow();
    await untilWatching();
    double.watches.silence(true);
    put('two');
    double.objects.compact();
    expire(double);
    double.watches.silence(false);

    await untilSeen('one', 'two');
    expect(double.requests.filter(({ verb }) => verb === 'list')).toHaveLength(2);
  });

  it('opens a watch anew that says nothing any more', async () => {
    put('one');
    follow({ silence: 50 });
    await untilWatching();
    double.watches.silence(true);
    put('two');
    double.watches.silence(false);

    await vi.waitFor(() => expect(seen).toContain('two'), { timeout: 5000, interval: 5 });
  });

  it('finds the server again that was stopped and started, and says so', async () => {
    put('one');
    follow();
    await untilWatching();
    await double.stop();
    put('two');
    await vi.waitFor(() => expect(troubles.at(-1)?.code).toBe('kubernetes-unreachable'), {
      timeout: 5000,
      interval: 5,
    });
    await double.start();

    await untilSeen('one', 'two');
    expect(troubles.at(-1)).toBeNull();
  });

  it('tells what is forbidden, and goes on once it is allowed', async () => {
    double.faults.plan({ kind: 'status', status: 403, verbs: ['watch'] });
    follow();
    await vi.waitFor(() => expect(troubles.at(-1)?.try).toContain('verbs: ["watch"]'), { timeout: 5000, interval: 5 });
    double.faults.clear();
    await untilWatching();
    put('one');

    await vi.waitFor(() => expect(seen.at(-1)).toBe('one'), { timeout: 5000, interval: 5 });
  });

  it('does not ask in a loop where each watch ends at once', async () => {
    follow({ backoff: { first: 200, longest: 200 } });
    const ends = setInterval(() => double.watches.end(), 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    clearInterval(ends);

    expect(double.requests.filter(({ verb }) => verb === 'watch').length).toBeLessThan(10);
  });
});
