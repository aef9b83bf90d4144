import { Failure } from '../core/failure.ts';
import { type ApiFailure, type Refusal, refused, unreachable } from './api-failure.ts';
import { type Backoff, pause, waitAfter } from './backoff.ts';
import type { Connection } from './connection.ts';
import { collectionPath, type ObjectPlace, objectPath, type Verb } from './object-place.ts';
import { type Answer, type Request, sendRequest } from './send-request.ts';

export interface ApiTimings {
  /** How long one answer is waited for, in ms. */
  readonly timeout: number;
  /** How often a question is put at most. */
  readonly attempts: number;
  readonly backoff: Backoff;
  /** A server that asks for a longer wait than this, in ms, is not waited for: the caller has better to do. */
  readonly longestRetryAfter: number;
}

export const API_TIMINGS: ApiTimings = {
  timeout: 5000,
  attempts: 4,
  backoff: { first: 200, longest: 2000 },
  longestRetryAfter: 5000,
};

export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  /** Overrides of {@link ApiTimings} for this question. */
  readonly timeout?: number;
  readonly attempts?: number;
}

/**
 * Questions about single objects. What could not be answered for a moment (429, 5xx, no connection, a cut or late answer)
 * is asked again with growing pauses, `Retry-After` kept. That holds for writes too, whose answer alone may have been
 * lost: so every write must be one that cannot happen twice, an update that carries its `resourceVersion` or a creation
 * under a name. Repeated after it had happened, the one ends in 409 `Conflict`, the other in 409 `AlreadyExists`.
 *
 * All reject with an {@link ApiFailure}, or with the reason of the given signal.
 */
export interface ApiClient extends Disposable {
  readonly connection: Connection;
  readonly timings: ApiTimings;
  get(place: ObjectPlace, options?: AskOptions): Promise<unknown>;
  /** Its `metadata` alone, which tells by its `resourceVersion` whether the rest is known. Takes the same right. */
  getMetadata(place: ObjectPlace, options?: AskOptions): Promise<unknown>;
  /** The collection, narrowed to the one object: what a watch begins with. */
  list(place: ObjectPlace, options?: AskOptions): Promise<unknown>;
  create(place: ObjectPlace, object: object, options?: AskOptions): Promise<unknown>;
  /** PUT: replaces the object whole, if `metadata.resourceVersion` in it is still the server's. */
  update(place: ObjectPlace, object: object, options?: AskOptions): Promise<unknown>;
  /** A JSON merge patch (RFC 7386). */
  patch(place: ObjectPlace, change: object, options?: AskOptions): Promise<unknown>;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** Disposing of the client closes the connection. */
export function openApiClient(connection: Connection, timings: ApiTimings = API_TIMINGS): ApiClient {
  const ask = (place: ObjectPlace, verb: Verb, request: Omit<Request, 'signal'>, options: AskOptions = {}) =>
    askOften(connection, { place, verb, request }, { ...timings, ...options });
  return {
    connection,
    timings,
    get: (place, options) => ask(place, 'get', { method: 'GET', path: objectPath(place) }, options),
    getMetadata: (place, options) =>
      ask(place, 'get', { method: 'GET', path: objectPath(place), accept: METADATA_ONLY }, options),
    list: (place, options) => {
      const query = new URLSearchParams({ fieldSelector: `metadata.name=${place.name}` });
      return ask(place, 'list', { method: 'GET', path: `${collectionPath(place)}?${query}` }, options);
    },
    create: (place, body, options) =>
      ask(place, 'create', { method: 'POST', path: collectionPath(place), body }, options),
    update: (place, body, options) => ask(place, 'update', { method: 'PUT', path: objectPath(place), body }, options),
    patch: (place, body, options) => {
      const contentType = 'application/merge-patch+json';
      return ask(place, 'patch', { method: 'PATCH', path: objectPath(place), body, contentType }, options);
    },
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  };
}

interface Question {
  readonly place: ObjectPlace;
  readonly verb: Verb;
  readonly request: Omit<Request, 'signal'>;
}

async function askOften(
  connection: Connection,
  question: Question,
  options: ApiTimings & { readonly signal?: AbortSignal | undefined },
): Promise<unknown> {
  const { attempts, backoff, longestRetryAfter } = options;
  const signal = options.signal ?? new AbortController().signal;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await askOnce(connection, question, options.timeout, signal);
    if (outcome.kind === 'answered') return outcome.value;
    const { failure, retryAfter } = outcome;
    const wait = Math.max(retryAfter ?? 0, waitAfter(attempt, backoff));
    if (!mayPass(failure) || attempt >= attempts || (retryAfter ?? 0) > longestRetryAfter) throw failure;
    await pause(wait, signal);
  }
}

type Outcome =
  | { readonly kind: 'answered'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly failure: ApiFailure; readonly retryAfter: number | null };

async function askOnce(
  connection: Connection,
  { place, verb, request }: Question,
  timeout: number,
  signal: AbortSignal,
): Promise<Outcome> {
  signal.throwIfAborted();
  using limit = timeLimit(timeout, signal);
  try {
    const answer = await sendRequest(connection, { ...request, signal: limit.signal });
    if (isSuccess(answer)) return { kind: 'answered', value: JSON.parse(answer.body.toString('utf8')) };
    return { kind: 'failed', failure: refused(place, verb, refusalOf(answer)), retryAfter: answer.retryAfter };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Failure) throw error;
    const failure = unreachable(place, verb, connection.server, timeout, error);
    return { kind: 'failed', failure, retryAfter: null };
  }
}

/** 429 and 5xx are the moment's; so is a server that does not answer. Everything else is an answer. */
function mayPass({ status }: ApiFailure): boolean {
  return status === null || status === 429 || status >= 500;
}

function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** The Status object of the API, where the answer is one: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export function refusalOf({ status, body }: Pick<Answer, 'status' | 'body'>): Refusal {
  try {
    const { reason, message } = JSON.parse(body.toString('utf8'));
    return { status, reason: typeof reason === 'string' ? reason : '', message: String(message ?? '') };
  } catch {
    return { status, reason: '', message: '' };
  }
}

/** A signal that is aborted with `outer` or after `timeout` ms, whichever comes first; disposing of it stops the clock. */
function timeLimit(timeout: number, outer: AbortSignal): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(outer.reason);
  outer.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => controller.abort(new DOMException('no answer in time', 'TimeoutError')), timeout);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      outer.removeEventListener('abort', onAbort);
    },
  };
}
