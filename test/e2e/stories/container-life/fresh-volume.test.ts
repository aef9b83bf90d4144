import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { execute } from '../../../stand-in/glpi/image.ts';
import { available } from '../../../stand-in/require.ts';
import { exitCodeOf, logOf } from '../../stand-in/container.ts';
import { openStoryStage, type Story, type StoryStage } from '../story.ts';
import { liveIn, SECRETS } from './lived-in.ts';

describe.skipIf(!(await available('docker')))('a fresh volume (one GLPI: file systems know no versions)', () => {
  let stage: StoryStage;

  beforeAll(async () => {
    stage = await openStoryStage();
  });

  afterAll(() => stage?.[Symbol.asyncDispose]());

  describe.each(['named', 'bind-mounted'])('that is %s', (kind) => {
    let directory: string | null = null;

    beforeEach(async () => {
      if (kind === 'named') return;
      // As Docker makes a host path that is missing: root's, and nobody else's to write.
      directory = await mkdtemp(join(tmpdir(), 'keykeeper-fresh-'));
      return async () => rm(directory ?? '', { recursive: true, force: true });
    });

    const openStory = () => stage.openStory('11.0.6', directory === null ? {} : { glpi: directory });

    it('is writable for GLPI after Keykeeper came first, and for its whole set afterwards', async () => {
      await using story = await openStory();

      const gate = await story.init();
      await liveIn(story);
      const again = await story.init();

      expect(gate).toMatchObject({ exitCode: 0, json: { verdict: 'missing', gate: 'open' } });
      expect(again).toMatchObject({ exitCode: 0, json: { verdict: 'sound', canary: { tested: 4, opened: 4 } } });
      expect(await canWrite(story)).toBe(true);
      expect(await story.secretsOpen()).toMatchObject(SECRETS);
    });

    it('is writable for GLPI after GLPI came first', async () => {
      await using story = await openStory();
      await story.launchGlpi();
      const refused = kind === 'bind-mounted' && (await exitCodeOf(story.glpi)) === 1;
      const log = await logOf(story.glpi);
      if (kind === 'named') await story.untilGlpiServes();
      await story.removeGlpi();

      const gate = await story.init();
      await story.startGlpi();

      expect([refused, log.includes('Permission denied')]).toEqual(kind === 'named' ? [false, false] : [true, true]);
      expect(gate).toMatchObject({ exitCode: 0, json: { gate: 'open' } });
      expect(await canWrite(story)).toBe(true);
      await story.saveSecret('smtp_passwd', 'a secret');
      expect(await story.secretsOpen()).toMatchObject({ smtp_passwd: 'a secret' });
    });
  });
});

/** Whether GLPI's own user can make a file in the config directory and write to the key file. */
async function canWrite(story: Story): Promise<boolean> {
  const script = 'cd /var/glpi/config && touch local_define.php && test -w glpicrypt.key && test -w config_db.php';
  const { exitCode } = await execute(story.glpi, ['sh', '-ec', script]);
  return exitCode === 0;
}
