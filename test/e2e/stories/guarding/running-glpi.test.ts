import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STAND_IN_VERSIONS } from '../../../stand-in/glpi/image.ts';
import { available } from '../../../stand-in/require.ts';
import { openStoryStage, type Story, type StoryStage } from '../story.ts';

const SECRET = 'what an administrator typed in';
const KEY = '/var/glpi/config/glpicrypt.key';
const HEX = `od -An -v -tx1 ${KEY} | tr -d ' \\n'`;

/** What happens to the key file, as root or GLPI itself could do it at a shell. */
const DAMAGES: Record<string, string> = {
  deleted: `rm ${KEY}`,
  truncated: `: > ${KEY}`,
  'written as hexadecimal text': `hex=$(${HEX}); printf %s "$hex" > ${KEY}`,
  'replaced by other bytes': `head -c 32 /dev/urandom > ${KEY}`,
  'renamed over': `cd /var/glpi/config; head -c 32 /dev/urandom > incoming; chown 33:33 incoming; mv incoming ${KEY}`,
  'taken by root': `chown root:root ${KEY}; chmod 0600 ${KEY}`,
  'shut for everybody': `chown root:root ${KEY}; chmod 000 ${KEY}`,
};

describe.skipIf(!(await available('docker')))('the key of a running GLPI', () => {
  let stories: StoryStage;

  beforeAll(async () => {
    stories = await openStoryStage();
  });

  afterAll(async () => {
    await stories[Symbol.asyncDispose]();
  });

  it.each(STAND_IN_VERSIONS)('of %s comes back, readable, whatever is done to it', async (version) => {
    await using story = await stories.openStory(version);
    await story.startGlpi();
    await story.saveSecret('smtp_passwd', SECRET);
    await story.startWatch();
    await story.untilStatus(({ verdict, generation }) => verdict === 'sound' && generation !== null);
    const key = await story.liveKey();

    for (const [name, script] of Object.entries(DAMAGES)) {
      const damaged = await story.onVolumes(`${script}; stat -c %i ${KEY} 2>/dev/null || true`);
      const opens = await untilGlpiOpens(story);

      expect({ name, damaged, opens, key: await story.liveKey() }).toEqual({ name, damaged, opens: SECRET, key });
      await story.untilStatus(({ verdict }) => verdict === 'sound');
    }

    const log = await story.watchLog();
    expect(await story.onVolumes(`stat -c '%u:%g' ${KEY}`)).toBe('33:33');
    // Beside the right one: the text, and both strangers that lay there for a moment.
    expect(await story.keptKeys()).toHaveLength(4);
    expect(log).not.toContain(SECRET);
    expect(log).not.toContain(key);
  });
});

const SECONDS_TO_HEAL = 30;

/** Waits until GLPI itself shows the secret again; gives what it showed last. */
async function untilGlpiOpens(story: Story): Promise<string | undefined> {
  const deadline = Date.now() + SECONDS_TO_HEAL * 1_000;
  for (;;) {
    const shown = await story.secretsOpen().then(
      (secrets) => secrets.smtp_passwd,
      // 9.5 answers a page with an exception while the key is damaged.
      () => undefined,
    );
    if (shown === SECRET || Date.now() > deadline) return shown;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
