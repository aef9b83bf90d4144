/** Changes to the status of a container of {@link podObject}. */
export interface PodChanges {
  readonly glpi?: object | null;
  readonly own?: object;
  readonly ending?: boolean;
  /** Further main containers. */
  readonly beside?: readonly object[];
  readonly glpiMounts?: readonly object[];
  readonly glpiEnvironment?: readonly object[];
}

/** When the container of Keykeeper in {@link podObject} began. */
export const OWN_START = Date.parse('2026-03-01T12:00:00Z');

const DATA = { name: 'data', mountPath: '/var/glpi' };

export const RUNNING = {
  ready: true,
  restartCount: 0,
  containerID: `containerd://${'a'.repeat(64)}`,
  state: { running: { startedAt: '2026-03-01T12:00:09Z' } },
};
export const NOT_STARTED = { ready: false, restartCount: 0, state: { waiting: { reason: 'PodInitializing' } } };
export const LOOPING = {
  ready: false,
  restartCount: 4,
  containerID: `containerd://${'a'.repeat(64)}`,
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
};

/** A pod as the API server has it: GLPI, and Keykeeper as a native sidecar. */
export function podObject(changes: PodChanges = {}): Record<string, unknown> {
  const { glpi = RUNNING, own, ending, beside = [], glpiMounts = [DATA], glpiEnvironment = [] } = changes;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'glpi-0',
      namespace: 'glpi',
      uid: 'c0ffee00-0000-4000-8000-000000000000',
      ...(ending === true ? { deletionTimestamp: '2026-03-01T13:00:00Z' } : {}),
    },
    spec: {
      initContainers: [
        {
          name: 'keykeeper',
          image: 'keykeeper',
          restartPolicy: 'Always',
          volumeMounts: [DATA, { name: 'vault', mountPath: '/vault' }],
        },
        { name: 'prepare', image: 'busybox', volumeMounts: [DATA] },
      ],
      containers: [
        { name: 'glpi', image: 'glpi/glpi:11', volumeMounts: glpiMounts, env: glpiEnvironment },
        { name: 'metrics', image: 'exporter' },
        ...beside,
      ],
      volumes: [{ name: 'data', emptyDir: {} }],
    },
    status: {
      containerStatuses: glpi === null ? [] : [{ name: 'glpi', ...glpi }],
      initContainerStatuses: [
        {
          name: 'keykeeper',
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: '2026-03-01T12:00:00Z' } },
          ...own,
        },
      ],
    },
  };
}
