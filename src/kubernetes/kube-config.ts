import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { Failure } from '../core/failure.ts';
import type { Connection } from './connection.ts';

/**
 * Reads the configuration as kubectl does: the files of `KUBECONFIG`, else `~/.kube/config`, else that of the pod. For an
 * administrator's machine, where certificates, exec plug-ins and proxies occur, and for exec, which needs a WebSocket.
 *
 * The library stands at the top here, so that the build takes of its 5 MB what is used: this file is loaded only when needed.
 *
 * @throws Failure 'kubernetes-not-configured'
 */
export function loadKubeConfig(): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (cause) {
    throw notConfigured('the kubeconfig cannot be read', cause);
  }
  if (config.getCurrentCluster() === null) throw notConfigured('the kubeconfig names no cluster as its current one');
  return config;
}

export async function connectByKubeConfig(): Promise<Connection> {
  const config = loadKubeConfig();
  const server = config.getCurrentCluster()?.server ?? '';
  const agents = new Set<{ destroy(): void }>();
  return {
    server: server.replace(/\/+$/, ''),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? null,
    async options() {
      const options: RequestOptions = { headers: {} };
      try {
        await config.applyToHTTPSOptions(options);
      } catch (cause) {
        throw notConfigured('the kubeconfig gives no credentials', cause);
      }
      if (typeof options.agent === 'object') agents.add(options.agent);
      return options;
    },
    [Symbol.dispose]() {
      for (const agent of agents) agent.destroy();
    },
  };
}

function notConfigured(message: string, cause?: unknown): Failure {
  return new Failure('kubernetes-not-configured', message, {
    target: process.env.KUBECONFIG ?? '~/.kube/config',
    expected: 'a kubeconfig with a current context, or the service account of a pod',
    try: 'kubectl config current-context; kubectl auth whoami',
    ...(cause === undefined ? {} : { cause }),
  });
}
