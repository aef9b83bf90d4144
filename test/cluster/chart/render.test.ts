import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { available } from '../../stand-in/require.ts';
import { Namespace } from '../harness/namespace.ts';
import { CHART, glpiChart, helm, helmResult } from './helm.ts';
import { addMonitoringKinds } from './monitoring-kinds.ts';

const SELECTOR = { glpi: { selector: { app: 'glpi' } } };
const DATABASE = { envFrom: [{ secretRef: { name: 'glpi-database' } }] };

/** What is set, by what it is about: at least one of each kind of choice. */
const MATRIX: Readonly<Record<string, object>> = {
  defaults: {},
  'a vault on a claim': { vault: { kind: 'claim', claim: { size: '1Gi', storageClass: 'fast' } } },
  'a vault elsewhere': { vault: { kind: 'external' }, settings: { vault: 'file:///mnt/vault' } },
  'a vault made by somebody else': { vault: { create: false, name: 'kept' } },
  'the pair': { snippet: { form: 'pair' }, ...DATABASE },
  'no snippet': { snippet: { enabled: false } },
  'an account of the cluster': { serviceAccount: { create: false, name: 'glpi' }, rbac: { create: false } },
  'every right': { rbac: { exec: true, recreate: true } },
  'metrics for the operator': {
    ...SELECTOR,
    metrics: {
      enabled: true,
      serviceMonitor: { enabled: true, labels: { release: 'prometheus' }, interval: '30s' },
      prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
    },
  },
  'a network policy': {
    glpi: { selector: { app: 'glpi' }, ports: [80, 443] },
    metrics: { enabled: true },
    networkPolicy: {
      enabled: true,
      metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
      egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }, { to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
    },
  },
  'secrets and lists': {
    secrets: {
      httpToken: { secretName: 'tokens', key: 'http' },
      ageIdentity: { secretName: 'age', key: 'identity' },
      ageRecipients: { secretName: 'age', key: 'recipients' },
    },
    env: [{ name: 'GLPI_DB_HOST', value: 'database' }],
    extraVolumes: [{ name: 'offsite', emptyDir: {} }],
    extraVolumeMounts: [{ name: 'offsite', mountPath: '/offsite' }],
    settings: { exportTo: '/offsite', export: '1d' },
  },
  'root with three capabilities': {
    securityContext: {
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
      capabilities: { add: ['CHOWN', 'FOWNER', 'DAC_OVERRIDE'] },
    },
  },
  'long names': { fullnameOverride: 'a-name-that-is-longer-than-any-service-can-have-in-a-cluster' },
};

describe.skipIf(!(await available('kubernetes')))('the chart', () => {
  let namespace: Namespace;
  let kinds: AsyncDisposable;
  let glpi: ReturnType<typeof glpiChart>;
  beforeAll(async () => {
    namespace = await Namespace.open('render', { 'pod-security.kubernetes.io/warn': 'restricted' });
    kinds = await addMonitoringKinds();
    glpi = glpiChart();
  });
  afterAll(async () => {
    glpi?.[Symbol.dispose]();
    await kinds?.[Symbol.asyncDispose]();
    await namespace?.[Symbol.asyncDispose]();
  });

  /** Asks the cluster what it would say to these manifests, and gives its warnings. */
  async function dryRun(manifests: string): Promise<string> {
    const { exitCode, stderr } = await namespace.kubectlResult(['apply', '--dry-run=server', '-f', '-'], manifests);
    expect(exitCode, stderr).toBe(0);
    return stderr;
  }

  it('has nothing to complain about for a strict linter', async () => {
    const said = await helm(['lint', '--strict', CHART]);

    expect(said).not.toMatch(/WARNING|ERROR/);
  });

  it.each(Object.entries(MATRIX))(
    'gives objects and a pod of GLPI that the cluster takes, with %s',
    async (name, values) => {
      const form = name === 'the pair' ? 'pair' : 'native';
      const asDependency = render(glpi.path, 'whole', { keykeeper: { ...values, enabled: true }, form });
      const asValues = await snippetOf(values);

      const rendered = await Promise.all([
        render(CHART, 'keeper', values),
        asDependency,
        ...(asValues === null ? [] : [render(glpi.path, 'glpi', asValues)]),
      ]);
      const said = await dryRun(rendered.join('\n'));

      expect(said.includes('would violate PodSecurity')).toBe(name.startsWith('root'));
    },
  );

  /** Without the pod of `helm test`: a pod needs its account there, and a dry run makes none. */
  function render(chart: string, release: string, values: object): Promise<string> {
    return helm(['template', release, chart, '--namespace', namespace.name, '--skip-tests'], values);
  }

  /** What Keykeeper's chart wrote for GLPI's; null where it is told not to. */
  async function snippetOf(values: object): Promise<object | null> {
    if ('snippet' in values && JSON.stringify(values.snippet) === '{"enabled":false}') return null;
    const shown = await helm(['template', 'keeper', CHART, '--show-only', 'templates/snippet.yaml'], values);
    return parse(parse(shown).data['values.yaml']);
  }

  it.each([
    ['settings', { settings: { databseWait: '30s' } }, /at '\/settings'.*'databseWait' not allowed/],
    ['a word', { settings: { gate: 'of' } }, /at '\/settings\/gate'.*'enforce', 'warn'/],
    ['a duration', { settings: { databaseWait: 30 } }, /at '\/settings\/databaseWait': got number, want string/],
    ['a unit', { settings: { settle: '10sec' } }, /at '\/settings\/settle': '10sec' does not match/],
    ['a value', { vault: { knd: 'claim' } }, /at '\/vault'.*'knd' not allowed/],
    ['a kind', { vault: { kind: 'secrets' } }, /at '\/vault\/kind'.*'secret', 'claim', 'external'/],
    ['a mount', { glpi: { volumeMounts: [{ name: 'a', path: '/a' }] } }, /at '\/glpi\/volumeMounts\/0'.*mountPath/],
    ['a section', { networkpolicy: {} }, /at ''.*'networkpolicy' not allowed/],
    ['a secret in clear', { settings: { httpToken: 'x'.repeat(20) } }, /at '\/settings'.*'httpToken' not allowed/],
    ['a vault twice', { settings: { vault: 'file:///v' } }, /settings\.vault follows from vault\.kind.*Try: /],
    ['no vault', { vault: { kind: 'external' } }, /settings\.vault has to say where.*Try: /],
    ['metrics of nobody', { metrics: { enabled: true } }, /have to know GLPI's pods\. Try: --set glpi\.selector/],
    ['a monitor of nothing', { metrics: { serviceMonitor: { enabled: true } } }, /nothing to read.*Try: --set metrics/],
    [
      'a secret twice',
      { secrets: { ageRecipients: { secretName: 'a', key: 'b' } }, settings: { ageRecipients: 'age1x' } },
      /secrets\.ageRecipients and settings\.ageRecipients are both set\. Try: /,
    ],
  ])('refuses %s that is misspelt or makes no sense, in words that help', async (_what, values, message) => {
    const { exitCode, stderr } = await helmResult(['template', 'keeper', CHART], values);

    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(message);
  });

  it('gives an older cluster the pair, and says why not the sidecar', async () => {
    const old = ['--kube-version', '1.28.0'];

    const native = await helmResult(['template', 'keeper', CHART, ...old]);
    const dependency = await helmResult(['template', 'glpi', glpi.path, ...old], { keykeeper: { enabled: true } });
    const pair = await helm(['template', 'keeper', CHART, ...old], { snippet: { form: 'pair' } });

    for (const { stderr } of [native, dependency]) {
      expect(stderr).toMatch(/Kubernetes v1\.28\.0 has no native sidecars.*Try: --set snippet\.form=pair/);
    }
    expect(pair).toMatch(/- init\n/);
  });

  it('reads on and off without quotes as what they mean', async () => {
    const settings = { registrationValidate: false, drill: false, http: false };

    const shown = await helm(['template', 'keeper', CHART, '--show-only', 'templates/configmap.yaml'], { settings });

    for (const name of ['REGISTRATION_VALIDATE', 'DRILL', 'HTTP']) expect(shown).toContain(`KEYKEEPER_${name}: "off"`);
  });

  it('names no data of the vault, so that Helm never writes any', async () => {
    const shown = await helm(['template', 'keeper', CHART, '--show-only', 'templates/vault.yaml']);

    expect(shown).toContain('helm.sh/resource-policy: keep');
    expect(shown).not.toMatch(/^(data|stringData|spec):/m);
  });

  it('mounts the account’s token into Keykeeper alone', async () => {
    const values = { keykeeper: { enabled: true } };

    const shown = await helm(['template', 'glpi', glpi.path, '--show-only', 'templates/deployment.yaml'], values);

    const { spec } = parse(shown).spec.template;
    const mounts = (container: { volumeMounts: { name: string }[] }) => container.volumeMounts.map(({ name }) => name);
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.initContainers.map(mounts)).toEqual([expect.arrayContaining(['keykeeper-token'])]);
    expect(spec.containers.flatMap(mounts)).not.toContain('keykeeper-token');
  });
});
