import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STAND_IN_VERSIONS } from '../../../stand-in/glpi/image.ts';
import { available } from '../../../stand-in/require.ts';
import { openStoryStage, type StoryStage } from '../story.ts';

describe.skipIf(!(await available('docker')))('a first install', () => {
  let stage: StoryStage;

  beforeAll(async () => {
    stage = await openStoryStage();
  });

  afterAll(() => stage?.[Symbol.asyncDispose]());

  it.concurrent.each(STAND_IN_VERSIONS)(
    'of GLPI %s is let through, its new key captured, and proven once the first secret is saved',
    async (version) => {
      await using story = await stage.openStory(version);

      const gate = await story.init();
      await story.startGlpi();
      await story.startWatch();
      const captured = await story.untilStatus(({ generation }) => generation !== null);
      await story.saveSecret('smtp_passwd', 'first secret');
      await story.hangUp();
      const proven = await story.untilStatus(({ verdict }) => verdict === 'sound');

      expect(gate).toMatchObject({ exitCode: 0, json: { verdict: 'missing', gate: 'open', actions: [] } });
      expect(gate.json.findings).toMatchObject([{ code: 'first-install', severity: 'info' }]);
      expect(captured).toMatchObject({ verdict: 'unproven', healthy: true });
      expect(proven).toMatchObject({ fingerprint: captured.fingerprint, canary: { tested: 1, opened: 1 } });
      expect(await story.history()).toMatchObject([
        { fingerprint: captured.fingerprint, verdict: 'unproven', proven: 'no' },
        { fingerprint: captured.fingerprint, verdict: 'sound', proven: '1 of 1' },
      ]);
      expect(await story.keptKeys()).toEqual([await story.liveKey()]);
      expect(await story.secretsOpen()).toMatchObject({ smtp_passwd: 'first secret' });
    },
  );
});
