import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { available } from '../../../stand-in/require.ts';
import { openStoryStage, type Story, type StoryStage } from '../story.ts';

/** So many that the transaction takes long enough for a Save to meet it. */
const ROWS = 20_000;
const KEY = '/var/glpi/config/glpicrypt.key';

describe.skipIf(!(await available('docker')))('a GLPI that runs while its secrets are moved or brought back', () => {
  let stories: StoryStage;

  beforeAll(async () => {
    stories = await openStoryStage();
  });

  afterAll(async () => {
    await stories[Symbol.asyncDispose]();
  });

  it('opens everything after keykeeper rotate, a Save among it that waited for the row and came late', async () => {
    await using story = await stories.openStory('11.0.6');
    await story.startGlpi();
    await story.saveSecret('smtp_passwd', 'mail');
    await story.saveSecret('proxy_passwd', 'proxy');
    await multiplyRows(story);
    await story.startWatch();
    await story.untilStatus(({ verdict, generation }) => verdict === 'sound' && generation !== null);
    const before = await story.liveKey();

    const rotating = story.run(['rotate', '--yes']);
    await untilLocked(story);
    // Sealed under the old key, which is still the file's; it waits for the row until all rows are committed.
    await story.saveSecret('proxy_passwd', 'saved in the middle');
    const rotated = await rotating;
    const after = await story.liveKey();
    expect([rotated.exitCode, rotated.json.verdictAfter, rotated.json.findings]).toEqual([
      0,
      'sound',
      expect.anything(),
    ]);
    await story.hangUp();
    await story.untilStatus(
      ({ verdict, fingerprint }) => verdict === 'sound' && fingerprint === rotated.json.fingerprint,
    );
    expect(after).not.toBe(before);
    expect(await story.keptKeys()).toEqual([before, after]);
    expect(await story.secretsOpen()).toMatchObject({ smtp_passwd: 'mail', proxy_passwd: 'saved in the middle' });
    expect(await story.liveKey()).toBe(after);
    expect((await story.status()).canary).toMatchObject({ unreadable: [] });
  });

  it('shows again what it emptied while its key was gone, after keykeeper rescue', async () => {
    await using story = await stories.openStory('11.0.6');
    await story.startGlpi();
    await story.saveSecret('smtp_passwd', 'mail');
    await story.saveSecret('proxy_passwd', 'proxy');
    await story.init();
    await story.onVolumes(`rm ${KEY}`);
    await story.saveSecret('smtp_passwd', 'typed in vain');
    const emptied = await story.secretsOpen();

    const shown = await story.run(['rescue', '--dry-run']);
    const rescued = await story.run(['rescue', '--yes']);
    const opened = await story.secretsOpen();
    const undone = await story.run(['rescue', '--undo', '--yes']);

    expect(emptied.smtp_passwd).toBe('');
    expect([shown.exitCode, rescued.exitCode, rescued.json.verdictAfter]).toEqual([0, 0, 'sound']);
    expect(opened).toMatchObject({ smtp_passwd: 'mail', proxy_passwd: 'proxy' });
    expect(undone.exitCode).toBe(0);
    expect(await story.secretsOpen()).toMatchObject({ smtp_passwd: '', proxy_passwd: 'proxy' });
  });
});

/** Copies one sealed value into many rows of a table whose values are moved after those of the settings. */
async function multiplyRows({ stage, schema }: Story): Promise<void> {
  const [rows] = await stage.root.query<RowDataPacket[]>(
    "SELECT value FROM ??.glpi_configs WHERE context = 'core' AND name = 'smtp_passwd'",
    [schema],
  );
  // The tables of numbers belong to a current schema.
  await stage.root.query('USE ??', [schema]);
  await stage.root.query(
    `INSERT INTO ??.glpi_snmpcredentials (name, auth_passphrase) SELECT CONCAT('device ', seq), ? FROM seq_1_to_${ROWS}`,
    [schema, rows[0]?.value],
  );
}

/** Waits until the rotation's transaction holds the settings' rows. */
async function untilLocked({ stage, schema }: Story): Promise<void> {
  for (let tries = 0; tries < 2_000; tries += 1) {
    const [rows] = await stage.root.query<RowDataPacket[]>(
      "SELECT value FROM ??.glpi_configs WHERE context = 'core' AND name = 'proxy_passwd' FOR UPDATE SKIP LOCKED",
      [schema],
    );
    if (rows.length === 0) return;
    await sleep(10);
  }
  throw new Error('the rotation never wrote a row');
}
