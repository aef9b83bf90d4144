import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import * as z from 'zod/mini';
import type { ApiClient } from '../../kubernetes/api-client.ts';
import { ApiFailure, readAnswer } from '../../kubernetes/api-failure.ts';
import type { ObjectPlace } from '../../kubernetes/object-place.ts';
import { keepBeating } from '../keep-beating.ts';
import type { LeaseClock } from '../lease-clock.ts';
import type { Lease } from '../vault.ts';

/** How often a holder renews the lease, in ms. */
export const BEAT = 1000;
/** Unchanged for so long on the observer's own clock, a lease is broken, in ms. */
export const BROKEN_AFTER = 5000;
/** A holder that could not renew for so long, in ms, gives up before anybody can have broken its lease. */
export const GIVEN_UP_AFTER = 3500;
/** How often a waiting keeper looks, in ms. */
const LOOK = 500;
/** How long one renewal is waited for, in ms. */
const ANSWER = 1000;

const leaseShape = z.looseObject({
  metadata: z.looseObject({ name: z.string(), resourceVersion: z.string() }),
  spec: z.optional(
    z.looseObject({
      holderIdentity: z.optional(z.nullable(z.string())),
      leaseTransitions: z.optional(z.nullable(z.number())),
    }),
  ),
});
type LeaseObject = z.infer<typeof leaseShape>;

/**
 * Waits until the Lease (coordination.k8s.io/v1) names nobody, or a holder that did not renew it for five seconds, and then
 * takes it under a name of its own and renews it every second. Times in the object are for people: what is waited for is
 * a change of its `resourceVersion`, by the observer's own clock, as client-go's leader election does it.
 *
 * What it does not promise: a holder that the kernel froze goes on with the statement it had begun once it thaws, and
 * learns of its loss (`lost`) at its next renewal. Therefore every write guards itself as well.
 *
 * Killed while it holds: nobody waits longer than about 5.5 s. Every step is one PUT or POST for one version.
 *
 * @throws the reason of `signal`, or an ApiFailure
 */
export async function acquireLease(
  client: ApiClient,
  place: ObjectPlace,
  signal: AbortSignal,
  clock: LeaseClock,
): Promise<Lease> {
  const holder = `${hostname()}_${randomBytes(6).toString('hex')}`;
  let seen = { version: '', since: clock.now() };
  for (;;) {
    signal.throwIfAborted();
    const found = await readLease(client, place, signal);
    const asked = clock.now();
    if (found !== null && seen.version !== found.metadata.resourceVersion) {
      seen = { version: found.metadata.resourceVersion, since: asked };
    }
    const isFree = found === null || !found.spec?.holderIdentity || asked - seen.since >= BROKEN_AFTER;
    const taken = isFree ? await take(client, place, found, holder, signal) : null;
    if (taken !== null) return holdLease({ client, place, holder, clock, version: taken, last: asked });
    await clock.sleep(isFree ? LOOK / 10 : LOOK, signal);
  }
}

interface Holding {
  readonly client: ApiClient;
  readonly place: ObjectPlace;
  readonly holder: string;
  readonly clock: LeaseClock;
  version: LeaseObject;
  /** When the last renewal that succeeded was sent. */
  last: number;
}

function holdLease(state: Holding): Lease {
  const lost = new AbortController();
  const stop = new AbortController();
  const beating = keepBeating({ clock: state.clock, every: BEAT, beat: () => beat(state) }, lost, stop.signal);
  return {
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await beating;
      if (!lost.signal.aborted) await release(state);
    },
  };
}

/** Renews; false when the lease is not ours any more or may not be. */
async function beat(state: Holding): Promise<boolean> {
  const { client, place, clock, holder } = state;
  const sent = clock.now();
  const inTime = (): boolean => clock.now() - state.last <= GIVEN_UP_AFTER;
  if (!inTime()) return false;
  try {
    const body = withSpec(place, state.version, holder, transitionsOf(state.version));
    const renewed = await client.update(place, body, { attempts: 1, timeout: ANSWER });
    state.version = readAnswer(leaseShape, renewed, place, 'update');
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status === 404) return false;
    // An answer that was lost makes the next renewal a conflict with ourselves.
    return error.status === 409 ? (await isStillOurs(state)) && inTime() : inTime();
  }
  // Frozen in between we may have renewed too late: then somebody may have looked for the last time before.
  if (!inTime()) return false;
  state.last = sent;
  return true;
}

async function isStillOurs(state: Holding): Promise<boolean> {
  try {
    const { client, place, holder } = state;
    const found = readAnswer(leaseShape, await client.get(place, { attempts: 1, timeout: ANSWER }), place, 'get');
    if (found.spec?.holderIdentity !== holder) return false;
    state.version = found;
    return true;
  } catch {
    return true;
  }
}

/** What cannot be given back expires by itself. */
async function release({ client, place, version }: Holding): Promise<void> {
  try {
    await client.update(place, withSpec(place, version, '', transitionsOf(version)), { attempts: 1, timeout: ANSWER });
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
  }
}

async function readLease(client: ApiClient, place: ObjectPlace, signal: AbortSignal): Promise<LeaseObject | null> {
  try {
    return readAnswer(leaseShape, await client.get(place, { signal }), place, 'get');
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 404) return null;
    throw error;
  }
}

/** @returns the lease as it is ours, or null where somebody was faster */
async function take(
  client: ApiClient,
  place: ObjectPlace,
  found: LeaseObject | null,
  holder: string,
  signal: AbortSignal,
): Promise<LeaseObject | null> {
  const body = withSpec(place, found, holder, found === null ? 0 : transitionsOf(found) + 1);
  try {
    const options = { signal, attempts: 1 };
    return found === null
      ? readAnswer(leaseShape, await client.create(place, body, options), place, 'create')
      : readAnswer(leaseShape, await client.update(place, body, options), place, 'update');
  } catch (error) {
    if (error instanceof ApiFailure && (error.status === 409 || error.status === 404)) return null;
    throw error;
  }
}

function withSpec(place: ObjectPlace, found: LeaseObject | null, holder: string, transitions: number): object {
  // MicroTime has six digits: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
  const time = new Date().toISOString().replace('Z', '000Z');
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: found?.metadata ?? { name: place.name, namespace: place.namespace },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: BROKEN_AFTER / 1000,
      renewTime: time,
      leaseTransitions: transitions,
    },
  };
}

function transitionsOf({ spec }: LeaseObject): number {
  return spec?.leaseTransitions ?? 0;
}
