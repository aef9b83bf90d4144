import { accessSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the kubelet mounts a pod's service account: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
export const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether this process runs in a pod that may talk to the API: the kubelet's variables, and a token. */
export function isInPod(environment: Environment, folder: string = SERVICE_ACCOUNT): boolean {
  if (!environment.KUBERNETES_SERVICE_HOST) return false;
  try {
    accessSync(join(folder, 'token'));
    return true;
  } catch {
    return false;
  }
}

/** The pod's own namespace; null outside a pod. */
export function ownNamespace(folder: string = SERVICE_ACCOUNT): string | null {
  try {
    return readFileSync(join(folder, 'namespace'), 'utf8').trim() || null;
  } catch {
    return null;
  }
}
