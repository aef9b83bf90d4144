import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerOutput, STAND_IN_VERSIONS } from '../../../stand-in/glpi/image.ts';
import { available } from '../../../stand-in/require.ts';
import { exitCodeOf, stepsOf } from '../../stand-in/container.ts';
import { openStoryStage, type StoryStage } from '../story.ts';
import { configDirectory, DEAD, liveIn, SECRETS } from './lived-in.ts';

describe.skipIf(!(await available('docker')))('a GLPI container re-created without its volume', () => {
  let stage: StoryStage;

  beforeAll(async () => {
    stage = await openStoryStage();
  });

  afterAll(() => stage?.[Symbol.asyncDispose]());

  describe.concurrent.each(STAND_IN_VERSIONS)('as GLPI %s', (version) => {
    it('finds the whole set back before it starts: no auto-install, and every secret opens', async () => {
      await using story = await stage.openStory(version);
      await liveIn(story);
      const kept = await story.init();
      const before = await configDirectory(story);
      await story.removeGlpi({ loseVolume: true });

      const gate = await story.init();
      await story.startGlpi();

      expect(kept).toMatchObject({ exitCode: 0, json: { verdict: 'sound', canary: { tested: 4, opened: 4 } } });
      expect(gate).toMatchObject({ exitCode: 0, json: { verdict: 'missing', verdictAfter: 'sound', gate: 'open' } });
      expect(gate.json.fingerprint).toBe(kept.json.fingerprint);
      expect(await configDirectory(story)).toBe(before);
      expect(await stepsOf(story.glpi)).toContain('glpi: installed');
      expect(await story.secretsOpen()).toMatchObject(SECRETS);
      expect(await story.keptKeys()).toEqual([await story.liveKey()]);
    });

    it('gets its old key back where the auto-install came first, and the new key is kept as well', async () => {
      await using story = await stage.openStory(version);
      await liveIn(story);
      const kept = await story.init();
      const oldKey = await story.liveKey();
      await story.removeGlpi({ loseVolume: true });
      await story.launchGlpi();
      const accident = await exitCodeOf(story.glpi);
      await dockerOutput(['start', story.glpi]);
      await story.untilGlpiServes();
      const dead = await story.secretsOpen();
      const newKey = await story.liveKey();
      await story.removeGlpi();

      const gate = await story.init();
      await story.startGlpi();

      expect(accident).toBe(6);
      expect(dead).toMatchObject(DEAD);
      expect(gate).toMatchObject({ exitCode: 0, json: { verdict: 'wrong', verdictAfter: 'sound', gate: 'open' } });
      expect(gate.json.fingerprint).toBe(kept.json.fingerprint);
      expect(await story.liveKey()).toBe(oldKey);
      expect(await story.keptKeys()).toEqual([oldKey, newKey]);
      expect(await configDirectory(story)).toContain('/config_db.php 33:33');
      expect(await story.secretsOpen()).toMatchObject(SECRETS);
    });
  });
});
