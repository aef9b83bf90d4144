/** The kubelet's default: https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/ */
export const DEFAULT_TERMINATION_LOG = '/dev/termination-log';
