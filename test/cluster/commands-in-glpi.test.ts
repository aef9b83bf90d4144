import { Agent, type AgentOptions } from 'node:https';
import type { V1Container, V1PolicyRule } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absolutePath } from '../../src/core/brand.ts';
import { openApiClient } from '../../src/kubernetes/api-client.ts';
import type { Connection } from '../../src/kubernetes/connection.ts';
import { connectByKubeConfig } from '../../src/kubernetes/kube-config.ts';
import { openKubernetes } from '../../src/platform/kubernetes/kubernetes-platform.ts';
import type { ExecOptions, ExecOutcome } from '../../src/platform/platform.ts';
import { available } from '../stand-in/require.ts';
import { type ClusterImages, provideImages } from './harness/images.ts';
import { Namespace } from './harness/namespace.ts';

const VERSION = '11.0.6';
const POD = 'commands';
const MAY_LOOK: V1PolicyRule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
const MAY_RUN: V1PolicyRule = { apiGroups: [''], resources: ['pods/exec'], verbs: ['get', 'create'] };

describe.skipIf(!(await available('kubernetes')))('a command in the container of GLPI on a real kubelet', () => {
  let namespace: Namespace;

  beforeAll(async () => {
    const images = await provideImages([VERSION]);
    namespace = await Namespace.open('commands');
    const containers = [sleeper('keykeeper', images, 33), sleeper('glpi', images, 33), sleeper('rooted', images, 0)];
    const spec = { containers, volumes: [{ name: 'data', emptyDir: {} }], terminationGracePeriodSeconds: 0 };
    await namespace.apply([
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: POD }, spec } as object,
      ...accountWith('may', [MAY_LOOK, MAY_RUN]),
      ...accountWith('may-not', [MAY_LOOK]),
    ]);
    await namespace.kubectl(['wait', '--for=condition=Ready', `pod/${POD}`, '--timeout=60s']);
  });

  afterAll(async () => {
    await namespace?.[Symbol.asyncDispose]();
  });

  async function run(
    account: string,
    container: string,
    script: string,
    options: Partial<ExecOptions> = {},
  ): Promise<ExecOutcome | undefined> {
    const token = await namespace.kubectl(['create', 'token', account]);
    await using platform = openKubernetes({
      client: openApiClient(await connectAs(token)),
      namespace: namespace.name,
      pod: POD,
      traces: { podUid: null, container: 'keykeeper', startedAt: 0 },
      container,
      guardedDirectory: absolutePath('/var/glpi/config'),
      monotonic: () => performance.now(),
    });
    const signal = new AbortController().signal;
    const atEase = { user: '33:33', workingDirectory: '/var', timeout: 30_000, outputLimit: 10_000, signal };
    return await platform.exec?.(['sh', '-c', script], { ...atEase, ...options });
  }

  it.each(['glpi', 'rooted'])('runs as the user and in the directory that are asked for: %s', async (container) => {
    const outcome = await run('may', container, 'id -u; id -g; pwd; echo no >&2; exit 3');

    expect(outcome).toEqual({ kind: 'ended', exitCode: 3, output: '33\n33\n/var\n', errors: 'no\n', cut: false });
  });

  it('takes more words than are kept, and leaves one that does not end', async () => {
    const wordy = await run('may', 'glpi', 'head -c 3000000 /dev/zero | tr "\\0" x', { outputLimit: 100 });
    const endless = await run('may', 'glpi', 'sleep 20', { timeout: 1_500 });

    expect(wordy).toEqual({ kind: 'ended', exitCode: 0, output: 'x'.repeat(100), errors: '', cut: true });
    expect(endless).toMatchObject({ kind: 'timed-out' });
  });

  it('says that a container of another user cannot become who is wanted', async () => {
    const outcome = await run('may', 'glpi', 'true', { user: '34:34' });

    expect(outcome).toEqual({ kind: 'unavailable', message: 'the container runs as 33, not as 34' });
  });

  it('is denied without the right, which is named', async () => {
    const outcome = await run('may-not', 'glpi', 'true');

    expect(outcome).toMatchObject({ kind: 'denied', message: expect.stringContaining('pods/exec') });
  });
});

function sleeper(name: string, images: ClusterImages, user: number): V1Container {
  return {
    name,
    image: images.glpi[VERSION] ?? '',
    imagePullPolicy: 'Never',
    command: ['sleep', '600'],
    securityContext: { runAsUser: user, runAsGroup: user },
    volumeMounts: [{ name: 'data', mountPath: '/var/glpi' }],
  };
}

function accountWith(name: string, rules: V1PolicyRule[]): object[] {
  const rbac = 'rbac.authorization.k8s.io';
  const metadata = { name };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name }],
    },
  ];
}

/** The way of the kubeconfig without its credentials: as the account of this token. */
async function connectAs(token: string): Promise<Connection> {
  const administrator = await connectByKubeConfig();
  const { agent: its } = await administrator.options();
  const { ca } = (its as Agent).options as AgentOptions;
  const agent = new Agent({ ca });
  return {
    server: administrator.server,
    namespace: null,
    options: async () => ({ agent, headers: { authorization: `Bearer ${token}` } }),
    [Symbol.dispose]() {
      agent.destroy();
      administrator[Symbol.dispose]();
    },
  };
}
