import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { console, dockerOutput, STAND_IN_VERSIONS } from '../../../stand-in/glpi/image.ts';
import { available } from '../../../stand-in/require.ts';
import { openStoryStage, type StoryStage } from '../story.ts';
import { configDirectory, DEAD, liveIn, rowsOf, SECRETS, vaultContent } from './lived-in.ts';

const ANOTHER_KEY = 'head -c 32 /dev/urandom >/var/glpi/config/glpicrypt.key';

describe.skipIf(!(await available('docker')))('a GLPI that has lived without Keykeeper', () => {
  let stage: StoryStage;

  beforeAll(async () => {
    stage = await openStoryStage();
  });

  afterAll(() => stage?.[Symbol.asyncDispose]());

  describe.concurrent.each(STAND_IN_VERSIONS)('as GLPI %s', (version) => {
    it('is adopted healthy: status says how many secrets open, and GLPI was not restarted', async () => {
      await using story = await stage.openStory(version);
      await liveIn(story);
      const started = await dockerOutput(['inspect', '--format', '{{.Id}} {{.State.StartedAt}}', story.glpi]);
      const before = await configDirectory(story);

      await story.startWatch();
      const status = await story.status();

      expect(status).toMatchObject({ exitCode: 0, verdict: 'sound', canary: { tested: 4, opened: 4, unreadable: [] } });
      expect(await story.history()).toMatchObject([{ fingerprint: status.fingerprint, proven: '4 of 4' }]);
      expect(await story.keptKeys()).toEqual([await story.liveKey()]);
      expect(await configDirectory(story)).toBe(before);
      expect(await dockerOutput(['inspect', '--format', '{{.Id}} {{.State.StartedAt}}', story.glpi])).toBe(started);
      expect(await story.secretsOpen()).toMatchObject(SECRETS);
    });

    it('is told when its secrets have been dead for a year, and its helpdesk stays up', async () => {
      await using story = await stage.openStory(version);
      await liveIn(story);
      await story.onVolumes(ANOTHER_KEY);
      const before = [await configDirectory(story), await rowsOf(story)];
      await story.removeGlpi();

      const gate = await story.init();
      const after = [await configDirectory(story), await rowsOf(story)];
      await story.startGlpi();

      expect(gate).toMatchObject({ exitCode: 0, json: { verdict: 'lost', gate: 'open' } });
      expect(gate.json.findings).toMatchObject([{ code: 'key-lost', severity: 'error' }]);
      expect(gate.json.findings[0]?.message).toContain('before Keykeeper came');
      expect(after).toEqual(before);
      expect(await story.keptKeys()).toEqual([await story.liveKey()]);
      expect(await story.secretsOpen()).toMatchObject(DEAD);
    });

    it('stays shut with exit 10 where its key is lost: nothing is touched, and it is said what to do', async () => {
      await using story = await stage.openStory(version);
      await liveIn(story);
      await story.init();
      await console(story.glpi, ['security:change_key', '-n']);
      await story.removeGlpi({ loseVolume: true });
      const before = [await vaultContent(story), await rowsOf(story)];

      const gate = await story.init();

      expect(gate).toMatchObject({ exitCode: 10, json: { verdict: 'lost', verdictAfter: 'lost', gate: 'blocked' } });
      expect(gate.json).toMatchObject({ actions: [], fingerprint: null });
      const finding = gate.json.findings.find((each) => each.code === 'key-lost');
      expect(finding?.message).toContain('Do not run security:change_key and do not save any settings page');
      expect(finding?.try).toContain('look for the old glpicrypt.key in old volumes, backups');
      expect([await vaultContent(story), await rowsOf(story)]).toEqual(before);
      expect(await story.onVolumes('ls -A /var/glpi')).toBe('');
    });
  });
});
