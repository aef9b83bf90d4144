import { describe, expect, it } from 'vitest';
import { SECRETS } from '../e2e/stories/container-life/lived-in.ts';
import { available } from '../stand-in/require.ts';
import { GlpiStory } from './harness/glpi-story.ts';
import { useCluster } from './harness/use-cluster.ts';

const OLD = '10.0.17';
const NEW = '11.0.6';

describe.skipIf(!(await available('kubernetes')))('a vault on a claim, init container and sidecar', () => {
  const cluster = useCluster('claims', [OLD, NEW]);

  /** A GLPI that was lived in, whose keys are kept: with the config on a claim of its own, or in an emptyDir. */
  async function lived(name: string, config: 'claim' | 'emptyDir', version: typeof OLD | typeof NEW = NEW) {
    const claim = config === 'claim' ? `${name}-data` : null;
    const options = { name, version, form: 'pair', claim, vaultClaim: `${name}-vault` } as const;
    const story = await GlpiStory.open(cluster, options);
    const pod = await story.liveIn();
    const kept = await story.untilStatus(pod, ({ verdict, canary }) => verdict === 'sound' && canary?.tested === 4);
    return { story, pod, key: await story.liveKey(pod), fingerprint: kept.fingerprint };
  }

  it.concurrent('brings the keys into the next pod of an emptyDir config: no auto-install, every secret opens', async () => {
    const { story, pod, key, fingerprint } = await lived('emptied', 'emptyDir');

    const next = await story.replacePod(pod);
    const status = await story.untilStatus(next, ({ verdict }) => verdict === 'sound');

    expect(await story.liveKey(next)).toBe(key);
    expect(await story.secrets(next)).toMatchObject(SECRETS);
    expect(await cluster.namespace.logs(next, 'glpi')).toContain('glpi: installed');
    expect(status).toMatchObject({ healthy: true, fingerprint, canary: { tested: 4, opened: 4 } });
  });

  it.concurrent('guards a GLPI whose container starts anew in its pod, where no init container runs again', async () => {
    const { story, pod, key } = await lived('restarted', 'claim');

    await story.inGlpi(pod, ['rm', '/var/glpi/config/glpicrypt.key']);
    await story.restartGlpi(pod);

    expect(await story.restarts(pod, 'keykeeper-init')).toBe(0);
    expect(await story.liveKey(pod)).toBe(key);
    expect(await story.secrets(pod)).toMatchObject(SECRETS);
  });

  it.concurrent('fills an empty claim that takes the place of a deleted one', async () => {
    const { story, pod, key } = await lived('reclaimed', 'claim');
    const claim = { kind: 'persistentvolumeclaim', name: 'reclaimed-data' };

    await story.apply({ replicas: 0 });
    await cluster.namespace.untilGone({ kind: 'pod', name: pod });
    await cluster.namespace.kubectl(['delete', claim.kind, claim.name]);
    await story.addClaim(claim.name);
    const next = await story.deploy({ replicas: 1 });

    expect(await story.liveKey(next)).toBe(key);
    expect(await story.secrets(next)).toMatchObject(SECRETS);
    expect(await cluster.namespace.logs(next, 'keykeeper-init')).toContain(
      'restore-file  /var/glpi/config/glpicrypt.key',
    );
  });

  it.concurrent('lets GLPI roll to its next version, old and new side by side on one database and one key', async () => {
    const { story, pod, key } = await lived('rolled', 'emptyDir', OLD);

    const next = await story.deploy({ version: NEW });
    await cluster.namespace.untilGone({ kind: 'pod', name: pod });
    const status = await story.untilStatus(next, ({ verdict, glpi }) => verdict === 'sound' && glpi.version === NEW);

    expect(await story.liveKey(next)).toBe(key);
    expect(await story.secrets(next)).toMatchObject(SECRETS);
    expect(status.healthy).toBe(true);
  });
});
