import { randomBytes } from 'node:crypto';
import { Failure } from '../../core/failure.ts';
import type { ApiClient } from '../../kubernetes/api-client.ts';
import { ApiFailure } from '../../kubernetes/api-failure.ts';
import type { Announcement } from '../platform.ts';

/** The pod that events are about. */
export interface EventSubject {
  readonly namespace: string;
  readonly pod: string;
  /** Without it `kubectl describe` does not find the event. */
  readonly podUid: string | null;
}

/** The same is not said again for so long, in ms. */
const AGAIN = 3_600_000;
/** So many events may come at once; afterwards one in each span, in ms. The event client of Kubernetes allows 25 and 300 s. */
const BURST = 10;
const SPAN = 300_000;
/** The API's own limit for notes, in characters (ValidateEvent in pkg/apis/core/validation/events.go). */
const LONGEST = 1_000;
const TIMEOUT = 3_000;

/**
 * Kubernetes Events about the pod that this process runs in. Each is created and never changed, so that the right to
 * create is enough; what was said within the hour is not said again, and a flood is cut off, for events are kept in the
 * memory of the cluster.
 */
export class EventSink {
  readonly #client: ApiClient;
  readonly #monotonic: () => number;
  readonly #said = new Map<string, number>();
  #allowed = BURST;
  #filledAt: number;
  #trouble: Failure | null = null;

  /** @param monotonic in ms */
  constructor(client: ApiClient, monotonic: () => number) {
    this.#client = client;
    this.#monotonic = monotonic;
    this.#filledAt = monotonic();
  }

  /** Why the last event could not be put there; null where it could. */
  get trouble(): Failure | null {
    return this.#trouble;
  }

  /** Resolves when it is said or dropped; never rejects. */
  async put(announcement: Announcement, subject: EventSubject, signal: AbortSignal): Promise<void> {
    if (signal.aborted || !this.#mayTell(announcement)) return;
    const name = `${subject.pod.slice(0, 200)}.${randomBytes(8).toString('hex')}`;
    const place = { group: '', version: 'v1', resource: 'events', namespace: subject.namespace, name };
    try {
      await this.#client.create(place, eventOf(announcement, subject, name), { signal, timeout: TIMEOUT, attempts: 2 });
      this.#trouble = null;
    } catch (error) {
      // The first try had got through, and its answer alone was lost.
      if (error instanceof ApiFailure && error.status === 409) return;
      if (error instanceof Failure) this.#trouble = error;
    }
  }

  #mayTell({ reason, message }: Announcement): boolean {
    const now = this.#monotonic();
    for (const [key, at] of this.#said) if (now - at >= AGAIN) this.#said.delete(key);
    const key = `${reason}\n${message}`;
    if (this.#said.has(key)) return false;
    const spans = Math.floor((now - this.#filledAt) / SPAN);
    this.#allowed = Math.min(BURST, this.#allowed + spans);
    this.#filledAt += spans * SPAN;
    if (this.#allowed === 0) return false;
    this.#allowed -= 1;
    this.#said.set(key, now);
    return true;
  }
}

/** A v1 Event: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ calls these members its core form. */
function eventOf({ type, reason, message }: Announcement, subject: EventSubject, name: string): object {
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const { namespace, pod, podUid } = subject;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace,
      name: pod,
      ...(podUid === null ? {} : { uid: podUid }),
    },
    type,
    reason,
    message: message.length <= LONGEST ? message : `${message.slice(0, LONGEST - 1)}…`,
    source: { component: 'keykeeper' },
    reportingComponent: 'keykeeper',
    reportingInstance: pod,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
