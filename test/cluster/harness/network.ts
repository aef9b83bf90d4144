import type { V1ConfigMap, V1Pod, V1PodSpec, V1Service } from '@kubernetes/client-node';
import { build } from 'esbuild';
import type { NetworkRecord } from '../../stand-in/network/record.ts';
import { sha256 } from '../../stand-in/network/record.ts';
import type { SceneChange } from '../../stand-in/network/scene.ts';
import type { PortForward } from './port-forward.ts';
import type { Cluster } from './use-cluster.ts';

const NAME = 'glpi-network';
const AUTHORITY = 'glpi-network-ca';
const SERVE = new URL('../../stand-in/network/serve.ts', import.meta.url).pathname;
/** Where the official image's curl looks for certificate authorities. */
const GLPI_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
const CA_FILE = '/glpi-network/ca.pem';

/** The double of GLPI Network in the namespace, `https://glpi-network` there. */
export class ClusterNetwork implements AsyncDisposable {
  /** Environment of a Keykeeper that asks it; {@link trust} gives the pod its authority. */
  readonly environment = {
    KEYKEEPER_REGISTRATION_VALIDATE: 'on',
    KEYKEEPER_REGISTRATION_URL: `https://${NAME}`,
    KEYKEEPER_CA_FILE: CA_FILE,
  } as const;
  readonly glpiEnvironment = { GLPI_NETWORK_SERVICES: `https://${NAME}` } as const;
  readonly #admin: string;
  readonly #forward: PortForward;

  private constructor(forward: PortForward) {
    this.#forward = forward;
    this.#admin = `http://127.0.0.1:${forward.port}`;
  }

  /** Runs the double as one file on the Node of Keykeeper's image: there is no image of its own to load. */
  static async start({ namespace, images }: Cluster): Promise<ClusterNetwork> {
    // Not applied: kubectl would note the whole program in an annotation, which it is too long for.
    await namespace.kubectl(['create', '--filename=-'], JSON.stringify(await program()));
    await namespace.apply([podOf(images.keykeeper), serviceOf()]);
    await namespace.kubectl(['wait', '--for=condition=Ready', `pod/${NAME}`, '--timeout=120s']);
    const network = new ClusterNetwork(await namespace.forward(`pod/${NAME}`, 8080));
    const data = { 'ca.pem': await network.#ask('GET', '/ca.pem') };
    const authority: V1ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: AUTHORITY }, data };
    await namespace.apply([authority]);
    return network;
  }

  async set(change: SceneChange): Promise<void> {
    await this.#ask('PATCH', '/scene', change);
  }

  /** How often it was asked about a registration key, by whomever. */
  async asked(key: string): Promise<number> {
    const { requests } = JSON.parse(await this.#ask('GET', '/record')) as NetworkRecord;
    return requests.filter(({ keySha256, path }) => path.endsWith('/info') && keySha256 === sha256(key)).length;
  }

  /** Has every container of a pod trust the double. */
  readonly trust = (pod: V1PodSpec): void => {
    pod.volumes?.push({ name: AUTHORITY, configMap: { name: AUTHORITY } });
    for (const container of [...(pod.initContainers ?? []), ...pod.containers]) {
      const mountPath = container.name === 'glpi' ? GLPI_AUTHORITIES : CA_FILE;
      container.volumeMounts?.push({ name: AUTHORITY, mountPath, subPath: 'ca.pem', readOnly: true });
    }
  };

  async #ask(method: string, path: string, body?: SceneChange): Promise<string> {
    const answer = await fetch(this.#admin + path, { method, body: body === undefined ? null : JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the double answered ${method} ${path} with ${answer.status}: ${text}`);
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#forward[Symbol.asyncDispose]();
  }
}

async function program(): Promise<V1ConfigMap> {
  const options = { bundle: true, platform: 'node', format: 'esm', minify: true, write: false } as const;
  const { outputFiles } = await build({ entryPoints: [SERVE], ...options });
  const data = { 'serve.mjs': outputFiles[0]?.text ?? '' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME }, data };
}

function podOf(image: string): V1Pod {
  const container = {
    name: 'double',
    image,
    imagePullPolicy: 'Never',
    command: ['/nodejs/bin/node', '/double/serve.mjs', NAME],
    startupProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1, failureThreshold: 60 },
    volumeMounts: [{ name: 'program', mountPath: '/double' }],
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: NAME, labels: { app: NAME } },
    spec: {
      containers: [container],
      volumes: [{ name: 'program', configMap: { name: NAME } }],
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
    },
  };
}

function serviceOf(): V1Service {
  const spec = { selector: { app: NAME }, ports: [{ port: 443 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: NAME }, spec };
}
