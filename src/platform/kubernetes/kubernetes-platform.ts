import type { AbsolutePath } from '../../core/brand.ts';
import { Failure } from '../../core/failure.ts';
import type { Finding, Severity } from '../../core/finding.ts';
import type { ApiClient } from '../../kubernetes/api-client.ts';
import { ApiFailure } from '../../kubernetes/api-failure.ts';
import type { ObjectPlace } from '../../kubernetes/object-place.ts';
import type { Platform, PlatformObservation } from '../platform.ts';
import { EventSink } from './event-sink.ts';
import { execInPod } from './exec-in-pod.ts';
import { followPod, POD_TIMINGS, type PodTimings } from './follow-pod.ts';
import { observePod } from './observe-pod.ts';
import type { PodTraces } from './own-traces.ts';
import { type Pod, readPod } from './pod.ts';

export interface KubernetesOptions {
  /** Disposed of with the platform. */
  readonly client: ApiClient;
  readonly namespace: string;
  readonly pod: string;
  readonly traces: PodTraces;
  readonly container: string | null;
  readonly guardedDirectory: AbsolutePath;
  /** In ms. */
  readonly monotonic: () => number;
  readonly timings?: PodTimings;
}

/** GLPI in this process's own pod, as the API server tells it. Nothing is asked before `observe` or `follow`. */
export function openKubernetes(options: KubernetesOptions): Platform {
  const { client, namespace, pod: name, traces, container, guardedDirectory } = options;
  const place: ObjectPlace = { group: '', version: 'v1', resource: 'pods', namespace, name };
  const events = new EventSink(client, options.monotonic);
  const disposed = new AbortController();
  const running = new Set<Promise<void>>();
  let known: string | null = null;

  const seenAs = (pod: Pod): PlatformObservation => {
    const search = { pod, own: traces.container, container, guardedDirectory };
    return observePod(search, traces.startedAt);
  };

  async function look(signal?: AbortSignal): Promise<PlatformObservation> {
    const observation = seenAs(readPod(await client.get(place, { signal, ...POD_LOOK })));
    known = textOf(observation);
    return observation;
  }

  function attach(work: Promise<void>): void {
    const done = work.finally(() => running.delete(done));
    running.add(done);
  }

  return {
    name: 'kubernetes',
    pod: { namespace, name },
    async observe(signal) {
      const told = events.trouble === null ? [] : [troubleWith(events.trouble, 'advice')];
      try {
        const observation = await look(signal);
        return { ...observation, findings: [...observation.findings, ...told] };
      } catch (error) {
        signal?.throwIfAborted();
        return { running: null, container: null, findings: [troubleWith(error, 'warning'), ...told] };
      }
    },
    follow(onChange, signal) {
      const onPod = (object: unknown): void => {
        const text = object === null ? 'gone' : textOf(seenAs(readPod(object)));
        if (known !== null && known !== text) onChange('kubernetes: the container of GLPI changed');
        known = text;
      };
      const until = AbortSignal.any([signal, disposed.signal]);
      attach(followPod(client, place, onPod, until, options.timings ?? POD_TIMINGS));
    },
    exec: (command, execOptions) => execInPod(client, place, look, command, execOptions),
    async announce(announcement, signal) {
      const subject = { namespace, pod: name, podUid: traces.podUid };
      const put = events.put(announcement, subject, AbortSignal.any([signal, disposed.signal]));
      attach(put);
      await put;
    },
    async [Symbol.asyncDispose]() {
      disposed.abort();
      await Promise.all(running);
      client[Symbol.dispose]();
    },
  };
}

/** A pass waits for this look, and the next pass looks again: a server that is away is not insisted on. */
export const POD_LOOK = { timeout: 3_000, attempts: 2 };
/** Without a name: those of a Deployment's pods are made up anew for each. */
const POD_RULE = '{apiGroups: [""], resources: ["pods"], verbs: ["get"]}';

/** A failed question as a finding; what is missing is the rule that it names. */
function troubleWith(error: unknown, severity: Severity): Finding {
  if (error instanceof ApiFailure && error.status === 404) {
    return {
      code: error.code,
      severity,
      target: error.target ?? '',
      message: `${error.message}: this pod has another name, so whether GLPI runs is not known`,
      try: "set KEYKEEPER_POD from the field metadata.name (downward API), for the host name is not the pod's",
    };
  }
  if (error instanceof ApiFailure && error.status === 403 && error.target?.startsWith('pods/') === true) {
    const { code, target, message } = error;
    return { code, severity, target, message, try: `add to that Role's rules: ${POD_RULE}` };
  }
  if (error instanceof Failure) {
    return {
      code: error.code,
      severity,
      target: error.target ?? '',
      message: error.message,
      try: error.try ?? '',
    };
  }
  const why = error instanceof Error ? error.message : String(error);
  return {
    code: 'kubernetes-refused',
    severity,
    target: 'pod',
    message: `the Kubernetes API answered with something that is no pod: ${why.slice(0, 200)}`,
    try: 'check what stands between this pod and the API server',
  };
}

function textOf({ running, container }: PlatformObservation): string {
  return JSON.stringify([running, container]);
}
