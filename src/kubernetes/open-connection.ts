import { connectFromPod } from './connect-from-pod.ts';
import type { Connection } from './connection.ts';
import { isInPod } from './service-account.ts';

/**
 * The pod's own service account, or the kubeconfig where `KUBECONFIG` names one or this is no pod. Nothing is asked of
 * the API server yet.
 *
 * @throws Failure 'kubernetes-not-configured'
 */
export async function openConnection(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Connection> {
  if (!environment.KUBECONFIG && isInPod(environment)) return connectFromPod(environment);
  const { connectByKubeConfig } = await import('./kube-config.ts');
  return connectByKubeConfig();
}
