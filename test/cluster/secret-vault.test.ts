import type { V1Secret } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { SECRETS } from '../e2e/stories/container-life/lived-in.ts';
import { available } from '../stand-in/require.ts';
import { GlpiStory } from './harness/glpi-story.ts';
import { roleOf, vaultObjects } from './harness/rights.ts';
import { useCluster } from './harness/use-cluster.ts';

const VERSION = '11.0.6';
const KEY_FILE = '/var/glpi/config/glpicrypt.key';

describe.skipIf(!(await available('kubernetes')))('a vault in a Secret, one native sidecar, no claim at all', () => {
  const cluster = useCluster('secret', [VERSION]);

  /** A GLPI that was lived in, whose keys are in a Secret of its name. */
  async function lived(name: string) {
    await cluster.namespace.apply(vaultObjects(name));
    const environment = { KEYKEEPER_VAULT: `kubernetes:///${name}` };
    const where = { claim: null, vaultClaim: null, serviceAccount: name, environment } as const;
    const story = await GlpiStory.open(cluster, { name, version: VERSION, form: 'native', ...where });
    const pod = await story.liveIn();
    const kept = await story.untilStatus(pod, ({ verdict, canary }) => verdict === 'sound' && canary?.tested === 4);
    return { story, pod, key: await story.liveKey(pod), fingerprint: kept.fingerprint };
  }

  it.concurrent('brings the keys into the next pod, and guards a GLPI container that starts anew there', async () => {
    const { story, pod, key, fingerprint } = await lived('emptied');

    const next = await story.replacePod(pod);
    const status = await story.untilStatus(next, ({ verdict }) => verdict === 'sound');
    await story.inGlpi(next, ['rm', KEY_FILE]);
    await story.restartGlpi(next);

    expect(status).toMatchObject({ healthy: true, fingerprint, canary: { tested: 4, opened: 4 } });
    expect(await cluster.namespace.logs(next, 'glpi')).toContain('glpi: installed');
    expect(await story.restarts(next, 'keykeeper')).toBe(0);
    expect(await story.liveKey(next)).toBe(key);
    expect(await story.secrets(next)).toMatchObject(SECRETS);
  });

  it.concurrent('outlives a Secret that is edited, made immutable and deleted, without a restart', async () => {
    const { story, pod, key } = await lived('mistreated');
    const { namespace } = cluster;
    const secret = { kind: 'secret', name: 'mistreated' };
    const { data = {} } = await namespace.get<V1Secret>(secret);
    const entry = Object.keys(data).find((each) => each.startsWith('generation')) ?? '';
    const codesOf = (findings: readonly { code: string }[]): string[] => findings.map(({ code }) => code);

    await namespace.kubectl([
      'patch',
      'secret',
      secret.name,
      '--patch',
      JSON.stringify({ stringData: { [entry]: 'x' } }),
    ]);
    const edited = await story.untilStatus(pod, ({ vault }) => vault.damaged > 0);
    await namespace.kubectl(['patch', 'secret', secret.name, '--patch', JSON.stringify({ immutable: true })]);
    const immutable = await story.untilStatus(pod, ({ findings }) => codesOf(findings).includes('vault-immutable'));
    await story.inGlpi(pod, ['rm', KEY_FILE]);
    await story.untilFile(pod, KEY_FILE);
    await namespace.kubectl(['delete', 'secret', secret.name]);
    const deleted = await story.untilStatus(pod, ({ vault }) => vault.state === 'broken');
    await story.inGlpi(pod, ['rm', KEY_FILE]);
    await story.untilFile(pod, KEY_FILE);
    await namespace.apply(vaultObjects('mistreated'));
    const again = await story.untilStatus(pod, ({ vault }) => vault.state === 'ready' && vault.generations > 0);

    expect([edited, immutable, deleted, again].map(({ verdict }) => verdict)).toEqual(Array(4).fill('sound'));
    expect(await story.restarts(pod, 'keykeeper')).toBe(0);
    expect(await story.liveKey(pod)).toBe(key);
    expect(await story.secrets(pod)).toMatchObject(SECRETS);
  });

  it.concurrent('guards from memory while its rights are taken away, and goes on once they are back', async () => {
    const { story, pod, key } = await lived('disowned');

    await cluster.namespace.kubectl(['delete', 'role', 'disowned']);
    const without = await story.untilStatus(pod, ({ vault }) => vault.state === 'broken');
    await story.inGlpi(pod, ['rm', KEY_FILE]);
    await story.untilFile(pod, KEY_FILE);
    const meanwhile = await story.liveKey(pod);
    await cluster.namespace.apply([roleOf('disowned')]);
    const back = await story.untilStatus(pod, ({ vault }) => vault.state === 'ready');

    expect([without.verdict, meanwhile, back.verdict]).toEqual(['sound', key, 'sound']);
    expect(await story.restarts(pod, 'keykeeper')).toBe(0);
    expect(await story.secrets(pod)).toMatchObject(SECRETS);
  });
});
