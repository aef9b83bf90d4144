import * as z from 'zod/mini';
import type { Mount } from '../docker/container.ts';

/** A container of a pod: what it is to be, and how it is. */
export interface PodContainer {
  readonly name: string;
  readonly image: string;
  /** `sidecar`: an init container that is always restarted. */
  readonly kind: 'main' | 'sidecar' | 'init';
  /** The volumes that it sees; the source is a made-up path, the same for the same folder of the same volume. */
  readonly mounts: readonly Mount[];
  /** `GLPI_CONFIG_DIR` of its environment, where it stands there as it is. */
  readonly configDirectory: string | null;
  readonly status: ContainerStatus | null;
}

export interface ContainerStatus {
  /** Of the runtime, 64 hex digits with most; '' before the first start. */
  readonly id: string;
  readonly state: 'waiting' | 'running' | 'terminated';
  /** RFC 3339, UTC, of the run that goes on; null where none does. */
  readonly startedAt: string | null;
  readonly ready: boolean;
  readonly restarts: number;
  /** Why it waits or ended (`CrashLoopBackOff`, `OOMKilled`, `Completed`); '' where that is not told. */
  readonly reason: string;
  /** How the last run ended; null where none did. */
  readonly lastEnd: { readonly exitCode: number; readonly reason: string } | null;
}

/** The part of a pod that concerns GLPI. Its environment is not kept: passwords are in it. */
export interface Pod {
  readonly name: string;
  readonly uid: string;
  /** It is being removed. */
  readonly ending: boolean;
  readonly containers: readonly PodContainer[];
}

const endShape = z.looseObject({ exitCode: z.optional(z.number()), reason: z.optional(z.string()) });
const stateShape = z.looseObject({
  waiting: z.optional(z.looseObject({ reason: z.optional(z.string()) })),
  running: z.optional(z.looseObject({ startedAt: z.optional(z.nullable(z.string())) })),
  terminated: z.optional(endShape),
});
const statusShape = z.looseObject({
  name: z.string(),
  containerID: z.optional(z.string()),
  ready: z.optional(z.boolean()),
  restartCount: z.optional(z.number()),
  state: z.optional(stateShape),
  lastState: z.optional(stateShape),
});
const mountShape = z.looseObject({ name: z.string(), mountPath: z.string(), subPath: z.optional(z.string()) });
const containerShape = z.looseObject({
  name: z.string(),
  image: z.optional(z.string()),
  restartPolicy: z.optional(z.string()),
  volumeMounts: z.optional(z.array(mountShape)),
  env: z.optional(z.array(z.looseObject({ name: z.string(), value: z.optional(z.string()) }))),
});
const podShape = z.looseObject({
  metadata: z.looseObject({ name: z.string(), uid: z.string(), deletionTimestamp: z.optional(z.string()) }),
  spec: z.looseObject({
    containers: z.array(containerShape),
    initContainers: z.optional(z.array(containerShape)),
  }),
  status: z.optional(
    z.looseObject({
      containerStatuses: z.optional(z.array(statusShape)),
      initContainerStatuses: z.optional(z.array(statusShape)),
    }),
  ),
});

/** Reads a v1 Pod of the API. @throws z.core.$ZodError when it is none */
export function readPod(object: unknown): Pod {
  const { metadata, spec, status } = z.parse(podShape, object);
  const mains = spec.containers.map((each) => describe(each, 'main', status?.containerStatuses));
  const inits = (spec.initContainers ?? []).map((each) =>
    describe(each, each.restartPolicy === 'Always' ? 'sidecar' : 'init', status?.initContainerStatuses),
  );
  return {
    name: metadata.name,
    uid: metadata.uid,
    ending: metadata.deletionTimestamp !== undefined,
    containers: [...mains, ...inits],
  };
}

function describe(
  container: z.infer<typeof containerShape>,
  kind: PodContainer['kind'],
  statuses: readonly z.infer<typeof statusShape>[] = [],
): PodContainer {
  const status = statuses.find(({ name }) => name === container.name);
  return {
    name: container.name,
    image: container.image ?? '',
    kind,
    mounts: (container.volumeMounts ?? []).map(({ name, mountPath, subPath = '' }) => ({
      type: 'volume',
      volume: name,
      source: `/${name}/${subPath}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1'),
      destination: mountPath,
    })),
    configDirectory: container.env?.find(({ name }) => name === 'GLPI_CONFIG_DIR')?.value || null,
    status: status === undefined ? null : describeStatus(status),
  };
}

function describeStatus({ state, lastState, ...status }: z.infer<typeof statusShape>): ContainerStatus {
  const ended = state?.terminated ?? lastState?.terminated;
  return {
    id: (status.containerID ?? '').replace(/^[^:]*:\/\//, ''),
    state: state?.running !== undefined ? 'running' : state?.terminated !== undefined ? 'terminated' : 'waiting',
    startedAt: state?.running?.startedAt ?? null,
    ready: status.ready ?? false,
    restarts: status.restartCount ?? 0,
    reason: state?.waiting?.reason ?? state?.terminated?.reason ?? '',
    lastEnd: ended === undefined ? null : { exitCode: ended.exitCode ?? 0, reason: ended.reason ?? '' },
  };
}
