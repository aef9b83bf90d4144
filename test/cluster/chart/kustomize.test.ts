import type {
  V1ConfigMap,
  V1Container,
  V1Deployment,
  V1PodSpec,
  V1Role,
  V1Secret,
  V1ServiceAccount,
  V1StatefulSet,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { available } from '../../stand-in/require.ts';
import { Namespace } from '../harness/namespace.ts';
import { CHART, helm } from './helm.ts';
import { copyManifests, EXAMPLES, type Manifests, objectNamed } from './kustomize.ts';

/** A GLPI of somebody else: a StatefulSet with other names, another user, and an init container of its own. */
const HELPDESK = `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: helpdesk
  labels: { keykeeper.instance: helpdesk }
spec:
  serviceName: helpdesk
  selector: { matchLabels: { app: helpdesk } }
  template:
    metadata: { labels: { app: helpdesk } }
    spec:
      initContainers:
        - { name: prepare, image: "busybox:1.37", volumeMounts: [{ name: storage, mountPath: /var/glpi }] }
      containers:
        - { name: web, image: "glpi/glpi:11.0.6", volumeMounts: [{ name: storage, mountPath: /var/glpi }] }
      volumes:
        - { name: storage, emptyDir: {} }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: other }
spec:
  selector: { matchLabels: { app: other } }
  template:
    metadata: { labels: { app: other } }
    spec: { containers: [{ name: other, image: "busybox:1.37" }] }
`;

const AIMED = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [helpdesk.yaml]
components: [../../component]
configMapGenerator:
  - { name: keykeeper-config, literals: [KEYKEEPER_INSTANCE=helpdesk] }
images:
  - { name: keykeeper, newName: registry.example.com/keykeeper, newTag: "1.2.3" }
patches:
  - target: { kind: StatefulSet, name: helpdesk }
    patch: |-
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: { name: helpdesk }
      spec:
        template:
          spec:
            initContainers:
              - name: keykeeper
                volumeMounts: [{ name: storage, mountPath: /var/glpi }]
                securityContext: { runAsUser: 82, runAsGroup: 82 }
                envFrom:
                  - configMapRef: { name: keykeeper-config, optional: true }
                  - secretRef: { name: helpdesk-database }
`;

describe.skipIf(!(await available('kubernetes')))('the manifests', () => {
  let namespace: Namespace;
  let manifests: Manifests;
  beforeAll(async () => {
    namespace = await Namespace.open('kustomize', { 'pod-security.kubernetes.io/warn': 'restricted' });
    manifests = copyManifests(namespace.name);
    manifests.add('aimed', { 'kustomization.yaml': AIMED, 'helpdesk.yaml': HELPDESK });
  });
  afterAll(async () => {
    manifests?.[Symbol.dispose]();
    await namespace?.[Symbol.asyncDispose]();
  });

  it.each(EXAMPLES)('are taken by the cluster, within Pod Security "restricted": %s', async (example) => {
    const text = await manifests.build(`examples/${example}`);

    const { exitCode, stderr } = await namespace.kubectlResult(['apply', '--dry-run=server', '-f', '-'], text);

    expect(exitCode, stderr).toBe(0);
    expect(stderr).not.toContain('would violate PodSecurity');
  });

  it('add the sidecar first to what is labelled, and to nothing else', async () => {
    const text = await manifests.build('examples/aimed');

    const { template } = objectNamed<V1StatefulSet>(text, 'StatefulSet', 'helpdesk').spec ?? {};
    const other = objectNamed<V1Deployment>(text, 'Deployment', 'other').spec?.template.spec;
    expect(template?.spec?.initContainers?.map(({ name }) => name)).toEqual(['keykeeper', 'prepare']);
    expect(other?.initContainers).toBeUndefined();
    expect(other?.serviceAccountName).toBeUndefined();
  });

  it('let a patch aim the sidecar at other names, another user and other settings', async () => {
    const text = await manifests.build('examples/aimed');

    const keykeeper = named(
      objectNamed<V1StatefulSet>(text, 'StatefulSet', 'helpdesk').spec?.template.spec,
      'keykeeper',
    );
    const config = keykeeper.envFrom?.[0]?.configMapRef?.name ?? '';
    expect(keykeeper.image).toBe('registry.example.com/keykeeper:1.2.3');
    expect(keykeeper.volumeMounts).toContainEqual({ name: 'storage', mountPath: '/var/glpi' });
    expect(keykeeper.volumeMounts?.map(({ name }) => name)).not.toContain('glpi');
    expect(keykeeper.securityContext).toMatchObject({
      runAsUser: 82,
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
    });
    expect(keykeeper.envFrom?.[1]?.secretRef?.name).toBe('helpdesk-database');
    expect(objectNamed(text, 'ConfigMap', config)).toMatchObject({ data: { KEYKEEPER_INSTANCE: 'helpdesk' } });
    expect(keykeeper.env).toContainEqual({ name: 'KEYKEEPER_VAULT', value: 'kubernetes:///keykeeper-vault' });
  });

  it('lay the emptyDir over the claim in both containers, where config has none', async () => {
    const text = await manifests.build('examples/no-claim');

    const { spec } = objectNamed<V1Deployment>(text, 'Deployment', 'glpi').spec?.template ?? {};
    for (const container of ['glpi', 'keykeeper']) {
      const { volumeMounts } = named(spec, container);
      expect(volumeMounts).toContainEqual({ name: 'config', mountPath: '/var/glpi/config' });
    }
    expect(spec?.volumes).toContainEqual({ name: 'config', emptyDir: {} });
  });

  it('have a disruption budget for several replicas alone', async () => {
    const budgets = await Promise.all(
      EXAMPLES.map(async (each) => (await manifests.build(`examples/${each}`)).includes('PodDisruptionBudget')),
    );

    expect(budgets).toEqual(EXAMPLES.map((each) => each === 'replicas'));
  });

  it.each([
    ['single', 'native'],
    ['pair', 'pair'],
  ])('make the same as the chart: %s', async (example, form) => {
    const values = { envFrom: [{ secretRef: { name: 'glpi-database' } }], snippet: { form } };
    const chart = await helm(['template', 'keykeeper', CHART, '--namespace', namespace.name], values);
    const snippet = parse(
      objectNamed<V1ConfigMap>(chart, 'ConfigMap', 'keykeeper-snippet').data?.['values.yaml'] ?? '',
    );

    const text = await manifests.build(`examples/${example}`);

    const { spec } = objectNamed<V1Deployment>(text, 'Deployment', 'glpi').spec?.template ?? {};
    const ofManifests = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].filter(isKeykeeper);
    const ofChart = [...snippet.extraInitContainers, ...(snippet.extraContainers ?? [])];
    const { data: settings = {} } = objectNamed<V1ConfigMap>(chart, 'ConfigMap', 'keykeeper-config');
    expect(ofManifests.map((each) => comparable(each, {}))).toEqual(
      ofChart.map((each: V1Container) => comparable(each, settings)),
    );
    expect(spec?.volumes?.filter(({ name }) => name.startsWith('keykeeper'))).toEqual(snippet.extraVolumes);
    expect(spec?.serviceAccountName).toBe(snippet.serviceAccount.name);
    const rules = (from: string) => objectNamed<V1Role>(from, 'Role', 'keykeeper').rules;
    const type = (from: string) => objectNamed<V1Secret>(from, 'Secret', 'keykeeper-vault').type;
    const token = (from: string) =>
      objectNamed<V1ServiceAccount>(from, 'ServiceAccount', 'keykeeper').automountServiceAccountToken;
    for (const part of [rules, type, token]) expect(part(text)).toEqual(part(chart));
    expect(objectNamed(text, 'Lease', 'keykeeper-vault')).toMatchObject({
      kind: objectNamed(chart, 'Lease', 'keykeeper-vault').kind,
    });
  });
});

function isKeykeeper({ name }: V1Container): boolean {
  return name.startsWith('keykeeper');
}

/**
 * Without the names that kustomize ends with a hash, and what the chart alone says. The chart has its settings in a
 * ConfigMap, the manifests have the one that they make themselves in the container.
 */
function comparable({ imagePullPolicy: _, env = [], envFrom = [], ...rest }: V1Container, settings: object): object {
  const own = Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
  const secrets = envFrom.flatMap(({ secretRef }) => secretRef?.name?.replace(/^(glpi-database)-\w+$/, '$1') ?? []);
  return { ...rest, settings: { ...settings, ...own }, secrets };
}

/** @throws Error where there is no such container */
function named(spec: V1PodSpec | undefined, name: string): V1Container {
  const found = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no container ${name}`);
  return found;
}
