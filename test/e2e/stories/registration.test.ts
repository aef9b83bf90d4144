import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STAND_IN_VERSIONS } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';
import { glpiSees, replaceDatabase, SharedNetwork, someKey, uidOf } from './registered.ts';
import { openStoryStage, type Story, type StoryStage } from './story.ts';

const FIELD = 'glpinetwork_registration_key';
/** GLPI's var directory in its container's own layer, where nobody else sees it. */
const UNSHARED = '/var/www/glpi/files';
const SOCKET = '/var/run/docker.sock';

describe.skipIf(!(await available('docker')))('a registration key', () => {
  let stage: StoryStage;
  let network: SharedNetwork;

  beforeAll(async () => {
    stage = await openStoryStage();
    network = await SharedNetwork.open(stage);
  });

  afterAll(async () => {
    await network?.[Symbol.asyncDispose]();
    await stage?.[Symbol.asyncDispose]();
  });

  const watch = (story: Story, environment = {}, options: readonly string[] = []): Promise<void> =>
    story.startWatch({ ...network.keykeeper.environment, ...environment }, [...network.keykeeper.options, ...options]);

  /** An administrator has entered it in the page, and GLPI Network refuses it: GLPI was told so, and remembers it. */
  async function enter(story: Story, key: string, options: readonly string[] = []): Promise<void> {
    await network.say(key, { kind: 'invalid', message: 'Not paid yet.' });
    await story.startGlpi([...network.network.glpiOptions, ...options]);
    await story.saveSecret(FIELD, key);
    expect(await glpiSees(story)).toBe('invalid');
  }

  describe.concurrent.each(STAND_IN_VERSIONS)('of GLPI %s', (version) => {
    it('outlives container, config directory and database; it is asked about once each time, and GLPI sees it', async () => {
      await using story = await stage.openStory(version);
      const key = someKey();
      await enter(story, key);
      await watch(story);
      const refused = await story.untilStatus(({ registration }) => registration.verdict === 'invalid');
      const uid = await uidOf(story);
      await network.say(key, { kind: 'valid', days: 12 });
      expect(await glpiSees(story)).toBe('invalid');
      let log = await story.watchLog();
      await story.stopWatch();

      // The container and its config directory are lost; what GLPI remembers lies beside it, and is not.
      await story.removeGlpi();
      await story.onVolumes('rm -rf /var/glpi/config');
      const gate = await story.init();
      await story.startGlpi(network.network.glpiOptions);
      expect(await glpiSees(story)).toBe('invalid');
      const before = await network.asked(key);
      await watch(story);
      const back = await story.untilStatus(({ registration }) => registration.verdict === 'valid');
      await untilLog(story, 'removed the answer from its cache');
      const asked = (await network.asked(key)) - before;
      const seen = await glpiSees(story);
      log += await story.watchLog();
      await story.stopWatch();

      expect(gate).toMatchObject({ exitCode: 0, json: { verdict: 'missing', verdictAfter: 'sound' } });
      expect(back.registration).toMatchObject({ key: refused.registration.key, owner: 'ACME Lab', daysLeft: 12 });
      expect(back.findings.map(({ code }) => code)).toContain('registration-ends-soon');
      expect({ asked, seen }).toEqual({ asked: 1, seen: 'valid' });
      expect(await story.secretsOpen()).toMatchObject({ [FIELD]: key });

      // The database is replaced by an empty one, which says that it is another.
      await replaceDatabase(story, network.network.glpiOptions);
      const blocked = await story.init();
      const adopted = await story.run(['restore', '--adopt']);
      const askedBefore = await network.asked(key);
      await watch(story);
      const again = await story.untilStatus(
        ({ registration }) => (registration.answeredAt ?? '') > (back.registration.answeredAt ?? ''),
      );
      const askedAgain = (await network.asked(key)) - askedBefore;
      log += await story.watchLog();

      expect(blocked).toMatchObject({ exitCode: 11, json: { gate: 'blocked' } });
      expect(adopted).toMatchObject({ exitCode: 0, json: { verdictAfter: 'sound' } });
      expect(await uidOf(story)).toBe(uid);
      expect(askedAgain).toBe(1);
      expect(again.registration).toMatchObject({ key: refused.registration.key, verdict: 'valid' });
      expect(await glpiSees(story)).toBe('valid');
      expect(await story.secretsOpen()).toMatchObject({ [FIELD]: key });
      for (const secret of [key, Buffer.from(key, 'base64').toString()]) expect(log).not.toContain(secret);
    });

    it('is seen by a GLPI whose cache lies elsewhere, once its own commands may be run', async () => {
      await using story = await stage.openStory(version);
      const key = someKey();
      await enter(story, key, ['--env', `GLPI_VAR_DIR=${UNSHARED}`]);
      const named = { KEYKEEPER_CONTAINER: story.glpi };
      await watch(story, named);
      await story.untilStatus(({ registration }) => registration.verdict === 'invalid');
      await network.say(key, { kind: 'valid' });
      await story.onVolumes('rm /var/glpi/config/glpicrypt.key');
      const alone = await story.untilStatus(({ findings }) => findings.some(({ code }) => code === 'glpi-cache-stale'));
      const stale = await glpiSees(story);
      await story.stopWatch();

      await watch(story, named, ['--volume', `${SOCKET}:${SOCKET}`]);
      await story.saveSecret(FIELD, key);
      await story.hangUp();
      await untilLog(story, 'cleared its cache');

      expect(alone.findings).toContainEqual(
        expect.objectContaining({
          code: 'glpi-cache-stale',
          try: expect.stringContaining(version === '9.5.6' ? 'glpi:system:clear_cache' : 'cache:clear'),
        }),
      );
      expect([stale, await glpiSees(story)]).toEqual(['invalid', 'valid']);
      expect(await story.watchLog()).toContain(
        version === '9.5.6' ? 'ran checkAllUpdates' : 'ran checkAllUpdates, and it takes its key for valid',
      );
    });
  });
});

const SECONDS_TO_WAIT = 60;

/** Waits until the watch has logged it. */
async function untilLog(story: Story, text: string): Promise<void> {
  const deadline = Date.now() + SECONDS_TO_WAIT * 1000;
  for (;;) {
    const log = await story.watchLog();
    if (log.includes(text)) return;
    if (Date.now() > deadline) throw new Error(`the watch never logged "${text}": ${log}`);
    await sleep(200);
  }
}
