import { describe, expect, it } from 'vitest';
import { SECRETS } from '../e2e/stories/container-life/lived-in.ts';
import { available } from '../stand-in/require.ts';
import { GlpiStory } from './harness/glpi-story.ts';
import { useCluster } from './harness/use-cluster.ts';

const VERSION = '11.0.6';

describe.skipIf(!(await available('kubernetes')))('a vault on a claim, with init container and sidecar', () => {
  const cluster = useCluster('claims', [VERSION]);

  it('brings the same keys into a new pod whose config was an emptyDir, and every secret opens', async () => {
    const options = {
      name: 'emptied',
      version: VERSION,
      form: 'pair',
      claim: null,
      vaultClaim: 'emptied-vault',
    } as const;
    const story = await GlpiStory.open(cluster, options);
    const first = await story.liveIn();
    await story.untilStatus(first, ({ verdict, generation }) => verdict === 'sound' && generation !== null);
    const key = await story.liveKey(first);

    const second = await story.replacePod(first);

    expect(second).not.toBe(first);
    expect(await story.liveKey(second)).toBe(key);
    expect(await story.secrets(second)).toMatchObject(SECRETS);
    expect(await cluster.namespace.logs(second, 'glpi')).toContain('glpi: installed');
  });
});
