import type { Failure } from '../../core/failure.ts';
import type { ApiClient } from '../../kubernetes/api-client.ts';
import { pause } from '../../kubernetes/backoff.ts';
import { FOLLOW_TIMINGS, type FollowTimings, followObject } from '../../kubernetes/follow-object.ts';
import type { ObjectPlace } from '../../kubernetes/object-place.ts';

export interface PodTimings {
  readonly follow: FollowTimings;
  /** How often, in ms, the pod is asked for where it may not be watched. */
  readonly lookEvery: number;
}

export const POD_TIMINGS: PodTimings = { follow: FOLLOW_TIMINGS, lookEvery: 10_000 };

/**
 * Calls `onPod` with the pod now and after each change until `signal` is aborted; never rejects. Names of pods are not
 * known when a Role is written, so watching one is the right to read all of the namespace; where only `get` is given, the
 * pod is asked for now and then instead, and that is no finding.
 */
export async function followPod(
  client: ApiClient,
  place: ObjectPlace,
  onPod: (object: unknown) => void,
  signal: AbortSignal,
  { follow, lookEvery }: PodTimings,
): Promise<void> {
  const denied = new AbortController();
  const onTrouble = (failure: Failure | null): void => {
    if (failure?.code === 'kubernetes-denied') denied.abort();
  };
  await followObject(client, place, { onObject: onPod, onTrouble }, AbortSignal.any([signal, denied.signal]), follow);
  while (!signal.aborted) {
    try {
      onPod(await client.get(place, { signal, attempts: 1 }));
    } catch {
      // Whoever observes says why it cannot be asked for; here it is only looked at again later.
    }
    await pause(lookEvery, signal).catch(() => undefined);
  }
}
