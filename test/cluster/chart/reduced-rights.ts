import type { KubernetesObject, V1ConfigMap, V1Container, V1Pod, V1PolicyRule, V1Role } from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { ClusterImages } from '../harness/images.ts';
import { CHART, helm } from './helm.ts';
import { objectsIn } from './kustomize.ts';

/** One verb on one kind of object, as the chart's Role has it. */
export interface Right {
  readonly resource: string;
  readonly verb: string;
}

/** Writes a key as GLPI's first start does, and stays. */
const GLPI = `set -eu
mkdir -p /var/glpi/config
test -e /var/glpi/config/glpicrypt.key || head -c 32 /dev/urandom >/var/glpi/config/glpicrypt.key
trap exit TERM
sleep infinity & wait`;

/** No database, so that the vault and the pod alone are asked; no timer that would find by itself what nobody tells. */
const SETTINGS = { database: 'none', registrationValidate: 'off', interval: '1d', settle: '1s' };

/**
 * What the chart makes under a name of its own, and a pod with Keykeeper and what stands for GLPI; the Role lacks a right
 * where one is named.
 */
export async function withRights(
  namespace: string,
  name: string,
  { keykeeper, mariadb }: ClusterImages,
  without: Right | null,
  rbac: object = {},
): Promise<KubernetesObject[]> {
  const [repository, tag] = keykeeper.split(':');
  const values = { fullnameOverride: name, image: { repository, tag, pullPolicy: 'Never' }, settings: SETTINGS, rbac };
  const objects = objectsIn(await helm(['template', name, CHART, '--namespace', namespace, '--skip-tests'], values));
  const snippet = objects.find((each) => each.metadata?.name === `${name}-snippet`) as V1ConfigMap;
  const made = objects.filter((each) => each !== snippet).map((each) => (isRole(each) ? reduced(each, without) : each));
  return [...made, podOf(name, mariadb, parse(snippet.data?.['values.yaml'] ?? ''))];
}

/** Every right of the chart's Role. */
export async function rightsOfChart(rbac: object = {}): Promise<Right[]> {
  const role = objectsIn(await helm(['template', 'keeper', CHART], { rbac })).find(isRole);
  return (role?.rules ?? []).flatMap(({ resources = [], verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => ({ resource, verb }))),
  );
}

function isRole(object: KubernetesObject): object is V1Role {
  return object.kind === 'Role';
}

function reduced(role: V1Role, without: Right | null): V1Role {
  const rules = (role.rules ?? []).flatMap((rule): V1PolicyRule[] => {
    if (rule.resources?.includes(without?.resource ?? '') !== true) return [rule];
    const verbs = rule.verbs.filter((verb) => verb !== without?.verb);
    return verbs.length === 0 ? [] : [{ ...rule, verbs }];
  });
  return { ...role, rules };
}

interface Snippet {
  readonly extraInitContainers: V1Container[];
  readonly extraVolumes: { name: string }[];
  readonly serviceAccount: { readonly name: string };
}

function podOf(name: string, image: string, { extraInitContainers, extraVolumes, serviceAccount }: Snippet): V1Pod {
  const glpi: V1Container = {
    name: 'glpi',
    image,
    imagePullPolicy: 'Never',
    command: ['sh', '-c', GLPI],
    volumeMounts: [{ name: 'glpi', mountPath: '/var/glpi' }],
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      initContainers: extraInitContainers,
      containers: [glpi],
      volumes: [{ name: 'glpi', emptyDir: {} }, ...extraVolumes],
      serviceAccountName: serviceAccount.name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsUser: 33, runAsGroup: 33, fsGroup: 33 },
      terminationGracePeriodSeconds: 5,
    },
  };
}
