import * as z from 'zod/mini';
import { Failure } from '../core/failure.ts';
import { type ApiClient, refusalOf } from './api-client.ts';
import { ApiFailure, type Refusal, refused, unreachable } from './api-failure.ts';
import { type Backoff, pause, waitAfter } from './backoff.ts';
import { collectionPath, type ObjectPlace } from './object-place.ts';
import { readLines } from './read-lines.ts';
import { openAnswer, readBody } from './send-request.ts';

export interface FollowTimings {
  readonly backoff: Backoff;
  /** How long the server keeps one watch open, in ms; then it is continued with another. */
  readonly session: number;
  /**
   * A watch that says nothing for so long, in ms, is taken for dead, as a connection is that a firewall forgot. The server
   * sends a bookmark about once a minute.
   */
  readonly silence: number;
}

export const FOLLOW_TIMINGS: FollowTimings = {
  backoff: { first: 500, longest: 30_000 },
  session: 300_000,
  silence: 100_000,
};

export interface Follower {
  /**
   * The object as it is now, null where there is none. Called at first, after each change, and after each time that
   * changes may have been missed. It may repeat.
   */
  onObject(object: unknown): void;
  /** Told at each failure, and once it works again (null). */
  onTrouble(failure: Failure | null): void;
}

const listShape = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  items: z.array(z.looseObject({})),
});
const eventShape = z.looseObject({
  type: z.string(),
  object: z.looseObject({ metadata: z.optional(z.looseObject({ resourceVersion: z.optional(z.string()) })) }),
});
const statusShape = z.looseObject({
  code: z.number(),
  reason: z.optional(z.string()),
  message: z.optional(z.string()),
});

/**
 * Follows one object until `signal` is aborted; never rejects. It lists, watches from the list's version on, and goes on
 * from the last version it heard of when the connection ends. Where that version is gone (410 `Expired`), it lists anew:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 *
 * The watch is of the collection with a field selector on the name: the form that a Role with `resourceNames` allows.
 */
export async function followObject(
  client: ApiClient,
  place: ObjectPlace,
  follower: Follower,
  signal: AbortSignal,
  timings: FollowTimings = FOLLOW_TIMINGS,
): Promise<void> {
  const state: State = { version: null, failures: 0 };
  while (!signal.aborted) {
    try {
      state.version ??= await listNow(client, place, follower, signal);
      await watchOnce(client, place, state, follower, signal, timings);
      // A server that ends each watch without a word must not be asked in a loop.
      state.failures += 1;
    } catch (error) {
      if (signal.aborted) return;
      state.failures += 1;
      const failure = error instanceof Failure ? error : unreachableWatch(client, place, timings, error);
      if (isExpired(failure)) state.version = null;
      else follower.onTrouble(failure);
    }
    if (state.failures > 1) await pause(waitAfter(state.failures - 1, timings.backoff), signal).catch(() => undefined);
  }
}

interface State {
  /** What the next watch begins after; null: list first. */
  version: string | null;
  /** Attempts since the server last said something. */
  failures: number;
}

async function listNow(client: ApiClient, place: ObjectPlace, follower: Follower, signal: AbortSignal) {
  const list = listShape.parse(await client.list(place, { signal }));
  follower.onTrouble(null);
  follower.onObject(list.items[0] ?? null);
  return list.metadata.resourceVersion;
}

/** Returns when the server or the silence ends the watch. */
async function watchOnce(
  client: ApiClient,
  place: ObjectPlace,
  state: State,
  follower: Follower,
  signal: AbortSignal,
  { session, silence }: FollowTimings,
): Promise<void> {
  const path = `${collectionPath(place)}?${watchQuery(place, state.version ?? '', session)}`;
  using quiet = silenceLimit(silence, signal);
  const answer = await openAnswer(client.connection, { method: 'GET', path, signal: quiet.signal });
  const status = answer.statusCode ?? 0;
  if (status !== 200) throw refused(place, 'watch', refusalOf({ status, body: await readBody(answer) }));
  follower.onTrouble(null);
  try {
    for await (const line of readLines(answer)) {
      quiet.heard();
      const event = eventShape.parse(JSON.parse(line));
      if (event.type === 'ERROR') throw refused(place, 'watch', refusalIn(event.object));
      state.failures = 0;
      state.version = event.object.metadata?.resourceVersion ?? state.version;
      if (event.type === 'DELETED') follower.onObject(null);
      else if (event.type !== 'BOOKMARK') follower.onObject(event.object);
    }
  } catch (error) {
    if (quiet.expired() && !signal.aborted) return;
    throw error;
  } finally {
    answer.destroy();
  }
}

function watchQuery({ name }: ObjectPlace, resourceVersion: string, session: number): URLSearchParams {
  return new URLSearchParams({
    fieldSelector: `metadata.name=${name}`,
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(Math.ceil(session / 1000)),
    resourceVersion,
  });
}

/** An event of the type ERROR carries a Status object. */
function refusalIn(object: unknown): Refusal {
  const { code, reason, message } = statusShape.parse(object);
  return { status: code, reason: reason ?? '', message: message ?? '' };
}

function isExpired(failure: Failure): boolean {
  return failure instanceof ApiFailure && failure.status === 410;
}

function unreachableWatch(client: ApiClient, place: ObjectPlace, { silence }: FollowTimings, cause: unknown) {
  return unreachable(place, 'watch', client.connection.server, silence, cause);
}

interface SilenceLimit extends Disposable {
  readonly signal: AbortSignal;
  /** Starts the clock anew. */
  heard(): void;
  expired(): boolean;
}

/** Aborts with `outer`, or once nothing was heard for `limit` ms. */
function silenceLimit(limit: number, outer: AbortSignal): SilenceLimit {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(outer.reason);
  outer.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => controller.abort(new DOMException('nothing was heard', 'TimeoutError')), limit);
  return {
    signal: controller.signal,
    heard: () => timer.refresh(),
    expired: () => controller.signal.aborted && !outer.aborted,
    [Symbol.dispose]() {
      clearTimeout(timer);
      outer.removeEventListener('abort', onAbort);
    },
  };
}
