import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerOutput } from '../../../stand-in/glpi/image.ts';
import { available } from '../../../stand-in/require.ts';
import { openStoryStage, type Story, type StoryStage } from '../story.ts';
import { liveIn, SECRETS } from './lived-in.ts';

const SOCKET = ['--volume', '/var/run/docker.sock:/var/run/docker.sock:ro'];

/** What happens to GLPI's container; each ends with a GLPI that serves. */
const EVENTS: Readonly<Record<string, (story: Story) => Promise<void>>> = {
  restarted: async (story) => {
    await dockerOutput(['restart', '--time', '5', story.glpi]);
    await story.untilGlpiServes();
  },
  killed: async (story) => {
    await dockerOutput(['kill', story.glpi]);
    await dockerOutput(['start', story.glpi]);
    await story.untilGlpiServes();
  },
  'crash-looping': async (story) => {
    await story.removeGlpi();
    await story.launchGlpi(['--restart', 'always', '--env', 'GLPI_LOG_DIR=/proc']);
    await untilRestarted(story, 2);
    await story.recreateGlpi();
  },
  're-created under a new id': (story) => story.recreateGlpi(),
};

describe.skipIf(!(await available('docker')))(
  "the life of GLPI's container (one GLPI: the engine knows no versions)",
  () => {
    let stage: StoryStage;

    beforeAll(async () => {
      stage = await openStoryStage();
    });

    afterAll(() => stage?.[Symbol.asyncDispose]());

    it('is followed over a read-only socket: the watch reconciles at each turn, and the keys stay', async () => {
      await using story = await stage.openStory('11.0.6');
      await liveIn(story);
      const environment = { KEYKEEPER_PLATFORM: 'docker', KEYKEEPER_CONTAINER: story.glpi };
      await story.startWatch(environment, SOCKET);
      const first = await story.untilStatus(({ verdict, glpi }) => verdict === 'sound' && glpi.running === true);
      const key = await story.liveKey();
      const turns: string[] = [];

      for (const [name, happen] of Object.entries(EVENTS)) {
        const before = (await story.watchStatus())?.lastPassAt ?? '';
        await happen(story);
        await story.untilStatus(
          ({ lastPassAt, lastTrigger, glpi }) =>
            (lastPassAt ?? '') > before && lastTrigger === 'container' && glpi.running === true,
        );
        turns.push(name);
      }
      await dockerOutput(['stop', story.glpi]);
      const gone = await story.untilStatus(({ glpi }) => glpi.running !== true);
      // Removed, it is no longer known whether it runs: that it was stopped has to be seen before.
      await story.removeGlpi();
      await story.startGlpi();
      const last = await story.untilStatus(({ glpi }) => glpi.running === true);

      expect(turns).toEqual(Object.keys(EVENTS));
      expect(gone.glpi.running).toBe(false);
      expect(last).toMatchObject({ healthy: true, verdict: 'sound', fingerprint: first.fingerprint });
      expect(await story.liveKey()).toBe(key);
      expect(await story.keptKeys()).toEqual([key]);
      expect(await story.secretsOpen()).toMatchObject(SECRETS);
    });

    it('goes well without any socket: a key that vanishes at each turn is back before GLPI serves again', async () => {
      await using story = await stage.openStory('11.0.6');
      await liveIn(story);
      await story.startWatch();
      const first = await story.untilStatus(({ verdict }) => verdict === 'sound');
      const key = await story.liveKey();
      const opened: Record<string, string>[] = [];

      for (const happen of Object.values(EVENTS)) {
        await story.onVolumes('rm /var/glpi/config/glpicrypt.key');
        await happen(story);
        opened.push(await story.secretsOpen());
      }
      const last = await story.untilStatus(({ verdict }) => verdict === 'sound');

      expect(first.glpi.running).toBeNull();
      expect(opened).toMatchObject(Object.keys(EVENTS).map(() => SECRETS));
      expect(last).toMatchObject({ healthy: true, fingerprint: first.fingerprint });
      expect(await story.liveKey()).toBe(key);
      expect(await story.keptKeys()).toEqual([key]);
    });
  },
);

async function untilRestarted(story: Story, times: number): Promise<void> {
  let count = 0;
  while (count < times) count = Number(await dockerOutput(['inspect', '--format', '{{.RestartCount}}', story.glpi]));
}
