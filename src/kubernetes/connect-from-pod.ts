import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { Failure, systemCode } from '../core/failure.ts';
import type { Connection } from './connection.ts';
import { type Environment, ownNamespace, SERVICE_ACCOUNT } from './service-account.ts';

/**
 * The way from inside a pod. It needs no library: that of the kubeconfig costs 30 MiB and half a second of a start that
 * GLPI waits for. Token and authority are read anew for each request, for the kubelet replaces both while the pod runs (a
 * projected token after 80 % of its hour).
 */
export function connectFromPod(environment: Environment, folder: string = SERVICE_ACCOUNT): Connection {
  const host = environment.KUBERNETES_SERVICE_HOST ?? '';
  const port = environment.KUBERNETES_SERVICE_PORT ?? '443';
  let current: { readonly authority: string; readonly agent: Agent } | null = null;

  function agentFor(authority: string): Agent {
    if (current?.authority === authority) return current.agent;
    current?.agent.destroy();
    const agent = new Agent({ ca: authority, keepAlive: true, keepAliveMsecs: 30_000 });
    current = { authority, agent };
    return agent;
  }

  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    namespace: ownNamespace(folder),
    async options() {
      const authority = readMounted(join(folder, 'ca.crt'));
      const token = readMounted(join(folder, 'token')).trim();
      return { agent: agentFor(authority), headers: { authorization: `Bearer ${token}` } };
    },
    [Symbol.dispose]() {
      current?.agent.destroy();
    },
  };
}

function readMounted(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Failure('kubernetes-not-configured', `cannot read "${path}" (${systemCode(cause)})`, {
      target: path,
      expected: 'the service account of this pod, mounted by the kubelet and readable for this user',
      try: 'leave automountServiceAccountToken at true, and set fsGroup where this container is not root',
      cause,
    });
  }
}
