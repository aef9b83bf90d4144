import type { V1Container, V1Deployment, V1EnvVar, V1PodSpec, V1Probe, V1Volume } from '@kubernetes/client-node';
import type { StandInVersion } from '../../stand-in/glpi/image.ts';
import { DATABASE, databaseVariables } from './database.ts';
import type { ClusterImages } from './images.ts';

/** No story asks the real GLPI Network, and none waits longer than it must. */
const QUICK = {
  KEYKEEPER_SETTLE: '1s',
  KEYKEEPER_INTERVAL: '2s',
  KEYKEEPER_DATABASE_WAIT: '20s',
  KEYKEEPER_REGISTRATION_VALIDATE: 'off',
};
const DATA = { name: 'data', mountPath: '/var/glpi' };
const VAULT = { name: 'vault', mountPath: '/vault' };

/** `native`: one sidecar with `watch --gate`; `pair`: an init container and a sidecar; `none`: GLPI alone. */
export type Form = 'native' | 'pair' | 'none';

export interface GlpiOptions {
  /** Of the Deployment, its label `app`, and its pods. */
  readonly name: string;
  readonly schema: string;
  readonly version: StandInVersion;
  readonly form: Form;
  /** GLPI's data at /var/glpi: null is an emptyDir, else the name of a claim. */
  readonly claim: string | null;
  /** The claim of a directory vault at /vault; null where the vault is elsewhere (KEYKEEPER_VAULT). */
  readonly vaultClaim: string | null;
  /** Further environment of every Keykeeper. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Further environment of GLPI. */
  readonly glpiEnvironment?: Readonly<Record<string, string>>;
  readonly replicas?: number;
  readonly serviceAccount?: string;
  /** Name of the database's service. */
  readonly databaseHost?: string;
  /** What else a story needs in the pod. */
  readonly adapt?: (pod: V1PodSpec) => void;
}

/** GLPI as its official image wants it, as its own user, with Keykeeper beside it in one of its forms. */
export function glpiDeployment(images: ClusterImages, options: GlpiOptions): V1Deployment {
  const { name, claim, vaultClaim, replicas = 1 } = options;
  const labels = { app: name };
  const spec: V1PodSpec = {
    ...keykeeperContainers(images, options),
    volumes: [volume('data', claim), ...(vaultClaim === null ? [] : [volume('vault', vaultClaim)])],
    securityContext: {
      runAsUser: 33,
      runAsGroup: 33,
      fsGroup: 33,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
      // As Docker has it: GLPI's web server listens on port 80 without being root.
      sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
    },
    terminationGracePeriodSeconds: 10,
    enableServiceLinks: false,
    ...(options.serviceAccount === undefined
      ? { automountServiceAccountToken: false }
      : { serviceAccountName: options.serviceAccount }),
  };
  options.adapt?.(spec);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      // One pod at a time has a claim; several on one database roll.
      strategy: { type: claim === null ? 'RollingUpdate' : 'Recreate' },
      template: { metadata: { labels }, spec },
    },
  };
}

function keykeeperContainers(
  images: ClusterImages,
  options: GlpiOptions,
): { initContainers: V1Container[]; containers: V1Container[] } {
  const glpi = glpiContainer(images, options);
  const keykeeper = (container: Partial<V1Container>) => keykeeperContainer(images, options, container);
  switch (options.form) {
    case 'none':
      return { initContainers: [], containers: [glpi] };
    case 'pair':
      return {
        initContainers: [keykeeper({ name: 'keykeeper-init', args: ['init'] })],
        containers: [glpi, keykeeper({ name: 'keykeeper', args: ['watch'] })],
      };
    case 'native':
      return {
        initContainers: [
          keykeeper({
            name: 'keykeeper',
            args: ['watch', '--gate'],
            restartPolicy: 'Always',
            startupProbe: probe('--startup', { periodSeconds: 1, failureThreshold: 60 }),
            livenessProbe: probe('--live', { periodSeconds: 10, failureThreshold: 4 }),
          }),
        ],
        containers: [glpi],
      };
  }
}

function glpiContainer(images: ClusterImages, options: GlpiOptions): V1Container {
  const image = images.glpi[options.version];
  if (image === undefined) throw new Error(`the file asked for no image of GLPI ${options.version}`);
  return {
    name: 'glpi',
    image,
    imagePullPolicy: 'Never',
    env: [
      ...databaseVariables(options.schema, options.databaseHost ?? DATABASE.host),
      { name: 'GLPI_CRONTAB_ENABLED', value: '0' },
      ...variables(options.glpiEnvironment),
    ],
    startupProbe: { httpGet: { path: '/status.php', port: 80 }, periodSeconds: 1, failureThreshold: 120 },
    volumeMounts: [DATA],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
}

function keykeeperContainer(images: ClusterImages, options: GlpiOptions, container: Partial<V1Container>): V1Container {
  const { schema, databaseHost = DATABASE.host, environment, vaultClaim } = options;
  return {
    name: 'keykeeper',
    ...container,
    image: images.keykeeper,
    imagePullPolicy: 'Never',
    env: [...databaseVariables(schema, databaseHost), ...variables({ ...QUICK, ...environment })],
    volumeMounts: [DATA, ...(vaultClaim === null ? [] : [VAULT])],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** A probe of the sidecar, as the documentation has it. */
function probe(option: '--startup' | '--live', timing: Partial<V1Probe>): V1Probe {
  return { exec: { command: command('healthcheck', option) }, timeoutSeconds: 10, ...timing };
}

/** Keykeeper's command line in its container. */
export function command(...args: readonly string[]): string[] {
  return ['/nodejs/bin/node', '--disable-sigusr1', '/app/main.js', ...args];
}

function volume(name: string, claim: string | null): V1Volume {
  return claim === null ? { name, emptyDir: {} } : { name, persistentVolumeClaim: { claimName: claim } };
}

function variables(environment: Readonly<Record<string, string>> = {}): V1EnvVar[] {
  return Object.entries(environment).map(([name, value]) => ({ name, value }));
}
