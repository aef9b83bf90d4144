import type { V1ConfigMap, V1Pod, V1Secret } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { variableOf } from '../../../src/config/setting-forms.ts';
import type { StatusDocument } from '../../../src/report/http/status-document.ts';
import { SECRETS } from '../../e2e/stories/container-life/lived-in.ts';
import { available } from '../../stand-in/require.ts';
import { DATABASE, databaseVariables } from '../harness/database.ts';
import { GlpiStory } from '../harness/glpi-story.ts';
import { Namespace } from '../harness/namespace.ts';
import { useCluster } from '../harness/use-cluster.ts';
import { CHART, glpiChart, helm } from './helm.ts';
import { copyManifests, type Manifests } from './kustomize.ts';

const VERSION = '11.0.6';
/** No story asks the real GLPI Network, and none waits longer than it must. */
const QUICK = { settle: '1s', interval: '2s', databaseWait: '20s', registrationValidate: 'off' };

/** What a form comes to, whatever its objects are called. */
interface State {
  readonly status: Pick<StatusDocument, 'verdict' | 'healthy' | 'ready' | 'canary' | 'glpi'>;
  readonly findings: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly sameKey: boolean;
  readonly vault: { readonly type: string | undefined; readonly holds: readonly string[] };
  readonly sidecars: readonly string[];
  /** What GLPI's container sees of the account's token. */
  readonly token: string;
}

describe.skipIf(!(await available('kubernetes')))(
  'GLPI under Pod Security "restricted", its config in an emptyDir',
  () => {
    const cluster = useCluster('forms', [VERSION]);
    let namespace: Namespace;
    let glpi: ReturnType<typeof glpiChart>;
    let manifests: Manifests;
    beforeAll(async () => {
      namespace = await Namespace.open('restricted', { 'pod-security.kubernetes.io/enforce': 'restricted' });
      glpi = glpiChart();
      manifests = copyManifests(namespace.name);
    });
    beforeEach(({ onTestFailed }) => {
      onTestFailed(async () => {
        process.stderr.write(`\n--- what GLPI's namespace says ---\n${(await namespace?.report()) ?? ''}\n`);
      });
    });
    afterAll(async () => {
      manifests?.[Symbol.dispose]();
      glpi?.[Symbol.dispose]();
      await namespace?.[Symbol.asyncDispose]();
    });

    /** A schema, and the Secret with the variables that lead to it. */
    async function open(name: string, secret: string): Promise<GlpiStory> {
      const databaseHost = `${DATABASE.host}.${cluster.namespace.name}`;
      const options = { name, version: VERSION, form: 'native', claim: null, vaultClaim: null, databaseHost } as const;
      const { images, database } = cluster;
      const story = await GlpiStory.open({ images, database, namespace }, options);
      const stringData = Object.fromEntries(
        databaseVariables(story.options.schema, databaseHost).map((each) => [each.name, each.value]),
      );
      await namespace.apply([{ apiVersion: 'v1', kind: 'Secret', metadata: { name: secret }, stringData } as V1Secret]);
      return story;
    }

    function ofGlpi(secret: string): object {
      const image = cluster.images.glpi[VERSION];
      const env = [{ name: 'GLPI_CRONTAB_ENABLED', value: '0' }];
      return { image, pullPolicy: 'Never', env, envFrom: [{ secretRef: { name: secret } }] };
    }

    function ofKeykeeper(secret: string): object {
      const [repository, tag] = cluster.images.keykeeper.split(':');
      const image = { repository, tag, pullPolicy: 'Never' };
      return { image, settings: QUICK, envFrom: [{ secretRef: { name: secret } }] };
    }

    function install(release: string, chart: string, values: object): Promise<string> {
      return helm(['install', release, chart, '--namespace', namespace.name], values);
    }

    /** GLPI is lived in, loses its pod and with it its config directory, and is looked at again. */
    async function comesTo(story: GlpiStory, vault: string): Promise<State> {
      const pod = await story.untilServes();
      await cluster.database.root.query(`INSERT INTO \`${story.options.schema}\`.glpi_mailcollectors SET id = 1`);
      await story.save(pod, SECRETS);
      await story.untilStatus(pod, ({ verdict, canary }) => verdict === 'sound' && canary?.tested === 4);
      const key = await story.liveKey(pod);
      const next = await story.replacePod(pod);
      const status = await story.untilStatus(
        next,
        ({ verdict, canary, glpi: { running } }) => verdict === 'sound' && canary?.tested === 4 && running === true,
      );
      const { verdict, healthy, ready, canary, findings } = status;
      const secret = await namespace.get<V1Secret>({ kind: 'secret', name: vault });
      const { spec } = await namespace.get<V1Pod>({ kind: 'pod', name: next });
      return {
        status: { verdict, healthy, ready, canary, glpi: status.glpi },
        findings: findings.map(({ code }) => code),
        secrets: await story.secrets(next),
        sameKey: (await story.liveKey(next)) === key,
        vault: {
          type: secret.type,
          // How many generations there are depends on when a watch looked, and is no part of a form.
          holds: [
            ...new Set(Object.keys(secret.data ?? {}).map((each) => /^[a-z]+/.exec(each)?.[0] ?? each)),
          ].toSorted(),
        },
        sidecars: spec?.initContainers?.map(({ name }) => name) ?? [],
        token: (await story.inGlpi(next, ['sh', '-c', 'ls /var/run/secrets/kubernetes.io 2>/dev/null || true'])).stdout,
      };
    }

    async function byComponent(): Promise<State> {
      const story = await open('kustomized', 'glpi-database');
      const [newName, newTag] = cluster.images.keykeeper.split(':');
      const labels = { 'keykeeper.instance': 'glpi' };
      const literals = Object.entries(QUICK).map(([name, value]) => `${variableOf(name)}=${value}`);
      manifests.add('kustomized', {
        'glpi.yaml': await helm(['template', 'kustomized', glpi.path], { ...ofGlpi('glpi-database'), labels }),
        'kustomization.yaml': stringify({
          resources: ['glpi.yaml'],
          components: ['../../component'],
          configMapGenerator: [{ name: 'keykeeper-config', literals }],
          images: [{ name: 'keykeeper', newName, newTag }],
        }),
      });
      await namespace.apply(await manifests.build('examples/kustomized'));
      return comesTo(story, 'keykeeper-vault');
    }

    async function asDependency(): Promise<State> {
      const story = await open('whole', 'whole-database');
      const keykeeper = { enabled: true, ...ofKeykeeper('whole-database'), snippet: { enabled: false } };
      await install('whole', glpi.path, { ...ofGlpi('whole-database'), keykeeper });
      return comesTo(story, 'whole-keykeeper-vault');
    }

    async function byValues(): Promise<State> {
      const story = await open('beside', 'beside-database');
      await install('keeper', CHART, ofKeykeeper('beside-database'));
      const { data } = await namespace.get<V1ConfigMap>({ kind: 'configmap', name: 'keeper-keykeeper-snippet' });
      await install('beside', glpi.path, { ...ofGlpi('beside-database'), ...parse(data?.['values.yaml'] ?? '') });
      const state = await comesTo(story, 'keeper-keykeeper-vault');
      expect(await helm(['test', 'keeper', '--namespace', namespace.name])).toMatch(/Phase: +Succeeded/);
      return state;
    }

    it('keeps its keys by the component, by the chart as a dependency, and by the values that it wrote', async () => {
      const states = await Promise.all([byComponent(), asDependency(), byValues()]);

      for (const state of states) {
        expect(state).toMatchObject({
          status: { verdict: 'sound', healthy: true, ready: true, canary: { tested: 4, opened: 4 } },
          secrets: SECRETS,
          sameKey: true,
          sidecars: ['keykeeper'],
          token: '',
        });
        expect(state).toEqual(states[0]);
      }
    });
  },
);
