import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { console } from '../../../stand-in/glpi/image.ts';
import { available } from '../../../stand-in/require.ts';
import { sealed } from '../../stand-in/recording.ts';
import { openStoryStage, type Story, type StoryStage } from '../story.ts';
import { liveIn, SECRETS } from './lived-in.ts';

const TOTP_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const WEBHOOK = {
  'glpi_webhooks:secret:1': 'the other side knows it',
  'glpi_webhooks:clientsecret:1': 'so does it this',
};

describe.skipIf(!(await available('docker')))(
  'an ordinary change of the key (GLPI 11: it alone forgets values then)',
  () => {
    let stage: StoryStage;

    beforeAll(async () => {
      stage = await openStoryStage();
    });

    afterAll(() => stage?.[Symbol.asyncDispose]());

    it('and then the volume lost: the new key comes back, and two-factor and webhooks are sealed anew at the gate', async () => {
      await using story = await stage.openStory('11.0.6');
      await liveIn(story);
      await addSecondFactor(story);
      await stage.stage.root.query(`INSERT INTO \`${story.schema}\`.glpi_webhooks SET id = 1`);
      for (const [name, value] of Object.entries(WEBHOOK)) await story.saveSecret(name, value);
      await story.startWatch();
      const before = await story.untilStatus(({ verdict }) => verdict === 'sound');
      const oldKey = await story.liveKey();
      await console(story.glpi, ['security:change_key', '-n']);
      const rotated = await story.untilStatus(({ fingerprint }) => fingerprint !== before.fingerprint);
      const newKey = await story.liveKey();
      const slipped = await login(story);
      await story.untilStatus(({ verdict, generation }) => verdict === 'mixed' && generation !== before.generation);
      await story.stopWatch();
      await story.removeGlpi({ loseVolume: true });

      const gate = await story.init();
      await story.startGlpi();

      expect(slipped).toBe('none');
      expect(gate).toMatchObject({ exitCode: 0, json: { verdict: 'missing', verdictAfter: 'sound', gate: 'open' } });
      expect(gate.json.fingerprint).toBe(rotated.fingerprint);
      expect(gate.json.actions.map(({ action }) => action)).toContain('reseal-values');
      expect(await story.liveKey()).toBe(newKey);
      expect(await story.keptKeys()).toEqual([oldKey, newKey]);
      expect(await story.secretsOpen()).toMatchObject({ ...SECRETS, ...WEBHOOK });
      expect(await login(story)).toBe('asked');
    });
  },
);

async function addSecondFactor(story: Story): Promise<void> {
  const key = Buffer.from(await story.liveKey(), 'base64');
  const factor = JSON.stringify({
    algorithm: 'totp',
    secret: sealed(Buffer.from(TOTP_SECRET), key, Buffer.alloc(24, 3)),
  });
  const update = `UPDATE \`${story.schema}\`.glpi_users SET \`2fa\` = ? WHERE name = ?`;
  await story.stage.root.query(update, [factor, 'tech']);
}

/** What GLPI does about the second factor of a user who has one: `none` lets anybody in. */
async function login(story: Story): Promise<string> {
  const body = new URLSearchParams({ login_name: 'tech' });
  const answer = await fetch(`${story.address}/front/login`, { method: 'POST', body });
  return ((await answer.json()) as { second_factor: string }).second_factor;
}
