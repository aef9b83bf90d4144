import type { V1PodSpec } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { SECRETS } from '../e2e/stories/container-life/lived-in.ts';
import { available } from '../stand-in/require.ts';
import { GlpiStory } from './harness/glpi-story.ts';
import { vaultObjects } from './harness/rights.ts';
import { useCluster } from './harness/use-cluster.ts';

const VERSION = '11.0.6';
const EXISTING = 'existing-keys';
const SEED = '/seed';

describe.skipIf(!(await available('kubernetes')))('a key that is there already, in a Secret that others made', () => {
  const cluster = useCluster('adopted', [VERSION]);

  it('becomes the first generation, unproven, is in the pod before GLPI starts, and is proven by the database', async () => {
    const before = await GlpiStory.open(cluster, {
      name: 'before',
      version: VERSION,
      form: 'none',
      claim: null,
      vaultClaim: null,
    });
    const old = await before.liveIn();
    const key = await before.liveKey(old);
    await before.apply({ replicas: 0 });
    await cluster.namespace.untilGone({ kind: 'pod', name: old });
    const made = { metadata: { name: EXISTING }, data: { 'glpicrypt.key': key } };
    await cluster.namespace.apply([{ apiVersion: 'v1', kind: 'Secret', ...made }, ...vaultObjects('adopted')]);
    const adopted = await GlpiStory.open(cluster, {
      name: 'adopted',
      schema: before.options.schema,
      version: VERSION,
      form: 'native',
      claim: null,
      vaultClaim: null,
      serviceAccount: 'adopted',
      environment: { KEYKEEPER_VAULT: 'kubernetes:///adopted', KEYKEEPER_SEED: SEED },
      adapt: mountSeed,
    });

    const pod = await adopted.deploy();
    const status = await adopted.untilStatus(pod, ({ generation }) => generation !== null && generation > 1);
    const { json: history } = await adopted.run(pod, ['history']);

    expect(await adopted.liveKey(pod)).toBe(key);
    expect(await adopted.secrets(pod)).toMatchObject(SECRETS);
    expect(await cluster.namespace.logs(pod, 'keykeeper')).toContain('action=restore-file');
    expect(status).toMatchObject({ healthy: true, verdict: 'sound', canary: { tested: 4, opened: 4 } });
    expect(history.details).toMatchObject({
      generations: [
        { number: 1, reason: 'seed', verdict: 'unproven', proven: 'no', fingerprint: status.fingerprint },
        { number: 2, verdict: 'sound', proven: '4 of 4', fingerprint: status.fingerprint },
      ],
    });
  });
});

/** As a Secret of External Secrets or Sealed Secrets is given to Keykeeper, and to nobody else in the pod. */
function mountSeed(pod: V1PodSpec): void {
  pod.volumes?.push({ name: 'seed', secret: { secretName: EXISTING, defaultMode: 0o440 } });
  const keykeeper = pod.initContainers?.find(({ name }) => name === 'keykeeper');
  keykeeper?.volumeMounts?.push({ name: 'seed', mountPath: SEED, readOnly: true });
}
