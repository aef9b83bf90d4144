import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { console, docker, dockerOutput } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';
import { exitCodeOf, logOf } from '../stand-in/container.ts';
import { liveIn, SECRETS } from '../stories/container-life/lived-in.ts';
import { openStoryStage, type Story, type StoryStage } from '../stories/story.ts';

const LOCK = { KEYKEEPER_LOCK: 'on' };
const KEY_ACCESS = 'stat -c "%u:%g %a" /var/glpi/config/glpicrypt.key';
const LOCKED = '0:33 440';

describe.skipIf(!(await available('docker')))('a locked key file', () => {
  let stage: StoryStage;

  beforeAll(async () => {
    stage = await openStoryStage();
  });

  afterAll(() => stage?.[Symbol.asyncDispose]());

  // 9.5 keeps a key that is there, locked or not.
  it.concurrent.each(['10.0.17', '11.0.6'] as const)(
    'survives an auto-install of GLPI %s that comes before Keykeeper, and GLPI lives with it',
    async (version) => {
      await using story = await stage.openStory(version);
      await liveIn(story);
      const key = await story.liveKey();
      const locked = await story.init([], LOCK);
      await story.removeGlpi();
      await story.onVolumes('rm /var/glpi/config/config_db.php');

      // A reboot: nobody heeds `depends_on`.
      await story.launchGlpi();
      const accident = await exitCodeOf(story.glpi);
      const afterwards = [await story.liveKey(), await story.onVolumes(KEY_ACCESS)];
      const gate = await story.init([], LOCK);
      await dockerOutput(['start', story.glpi]);
      await story.untilGlpiServes();
      await story.saveSecret('smtp_passwd', 'another one');

      expect(locked).toMatchObject({ exitCode: 0, json: { verdict: 'sound' } });
      // As it was measured on GLPI itself: it sees that it cannot write the key, before it changes anything.
      expect(accident).toBe(129);
      expect(afterwards).toEqual([key, LOCKED]);
      expect(gate).toMatchObject({ exitCode: 0, json: { verdict: 'sound', gate: 'open' } });
      expect(await story.secretsOpen()).toMatchObject({ ...SECRETS, smtp_passwd: 'another one' });
      expect([await story.liveKey(), await story.onVolumes(KEY_ACCESS)]).toEqual([key, LOCKED]);
    },
  );

  it.concurrent('is put back by the restore of a lost volume, locked from the first moment', async () => {
    await using story = await stage.openStory('11.0.6');
    await liveIn(story);
    await story.init();
    await story.removeGlpi({ loseVolume: true });

    const gate = await story.init([], LOCK);
    const repairs = gate.json.actions.filter((each) => each.action === 'repair-access');
    await story.startGlpi();

    expect(gate).toMatchObject({ exitCode: 0, json: { verdict: 'missing', verdictAfter: 'sound' } });
    expect(repairs).toEqual([]);
    expect(await story.onVolumes(KEY_ACCESS)).toBe(LOCKED);
    expect(await story.secretsOpen()).toMatchObject(SECRETS);
  });

  it.concurrent('stays locked while watched, over `rotate` too; and is lifted for the rotation of GLPI itself', async () => {
    await using story = await stage.openStory('10.0.17');
    await liveIn(story);
    const first = await story.liveKey();
    await story.startWatch(LOCK);
    await untilKeyIs(story, LOCKED);

    await story.onVolumes('chown -R 33:33 /var/glpi && chmod -R a+rw /var/glpi/config');
    await untilKeyIs(story, LOCKED);
    const others = await story.onVolumes('stat -c "%u:%g %a" /var/glpi/config/config_db.php');
    const refused = await console(story.glpi, ['security:change_key', '-n']);
    const kept = await story.liveKey();
    const rotated = await story.run(['rotate', '--yes'], LOCK);
    const second = [await story.liveKey(), await story.onVolumes(KEY_ACCESS)];
    await story.stopWatch();
    await story.startWatch({ KEYKEEPER_LOCK: 'off' });
    await untilKeyIs(story, '33:33 640');
    const allowed = await console(story.glpi, ['security:change_key', '-n']);
    await story.stopWatch();
    await story.startWatch(LOCK);
    await untilKeyIs(story, LOCKED);

    expect(others).toBe('33:33 666');
    expect([refused.exitCode, kept]).toEqual([129, first]);
    expect(rotated).toMatchObject({ exitCode: 0, json: { verdictAfter: 'sound' } });
    expect(second).not.toContain(first);
    expect(second).toContain(LOCKED);
    expect(allowed.exitCode).toBe(0);
    expect(await story.keptKeys()).toEqual([first, second[0], await story.liveKey()]);
    expect(await story.secretsOpen()).toMatchObject(SECRETS);
    await story.stopWatch();
  });

  it.concurrent("is no promise that GLPI's own user could make: that is an error at once", async () => {
    await using story = await stage.openStory('11.0.6');
    await story.startGlpi();

    const refused = await story.run(['init'], LOCK, ['--user', '33:33']);
    const looked = await story.run(['config'], LOCK, ['--user', '33:33']);

    expect(refused).toMatchObject({
      exitCode: 2,
      json: { findings: [{ code: 'conflicting-setting', target: 'KEYKEEPER_LOCK' }] },
    });
    expect(looked.exitCode).toBe(0);
    expect(await story.onVolumes(KEY_ACCESS)).toBe('33:33 644');
  });
});

/** Waits until owner and mode of the key file are these; the test's own time limit ends a wait in vain. */
async function untilKeyIs(story: Story, access: string): Promise<void> {
  const command = ['stat', '-c', '%u:%g %a', '/var/glpi/config/glpicrypt.key'];
  for (;;) {
    const { stdout, exitCode } = await docker(['exec', story.glpi, ...command]);
    if (stdout.trim() === access) return;
    if (exitCode !== 0) throw new Error(await logOf(story.glpi));
  }
}
