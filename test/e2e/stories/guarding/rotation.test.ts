import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { console, STAND_IN_VERSIONS } from '../../../stand-in/glpi/image.ts';
import { available } from '../../../stand-in/require.ts';
import { openStoryStage, type Story, type StoryStage } from '../story.ts';

const ROTATE = ['security:change_key', '--no-interaction'];

describe.skipIf(!(await available('docker')))('security:change_key beside a watch', () => {
  let stories: StoryStage;

  beforeAll(async () => {
    stories = await openStoryStage();
  });

  afterAll(async () => {
    await stories[Symbol.asyncDispose]();
  });

  it.each(STAND_IN_VERSIONS)('on %s is followed, never rolled back, and both keys are kept', async (version) => {
    await using story = await stories.openStory(version);
    const before = await watched(story);

    // Longer than three settle times between the new key and the last row.
    const rotated = await console(story.glpi, ROTATE, { environment: { GLPI_STANDIN_ROW_DELAY_US: '1500000' } });
    const after = await story.liveKey();
    await story.untilStatus(({ verdict }) => verdict === 'sound');
    await provenKeys(story, 2);

    expect(rotated.exitCode).toBe(0);
    expect(after).not.toBe(before);
    expect(await story.liveKey()).toBe(after);
    expect(await story.watchLog()).not.toMatch(/restore-file|put back/i);
    expect(await story.keptKeys()).toEqual([before, after]);
    expect(await story.secretsOpen()).toMatchObject({ smtp_passwd: 'mail', proxy_passwd: 'proxy' });
  });

  it('on a hundred thousand rows, slower than several settle times, is not disturbed half-way', async () => {
    await using story = await stories.openStory('10.0.17');
    const before = await watched(story);
    await multiplyRows(story, ROWS);
    await story.hangUp();

    const [rotated, seen] = await rotateSeen(story);
    const after = await story.liveKey();
    await story.untilStatus(({ verdict }) => verdict === 'sound');
    await provenKeys(story, 2);

    expect(rotated.exitCode).toBe(0);
    // The new key was live while only some rows were under it, and stayed.
    expect([...seen]).toEqual([before, after]);
    expect(await story.watchLog()).not.toMatch(/restore-file|put back/i);
    expect((await story.status()).verdict).toBe('sound');
    expect(await story.secretsOpen()).toMatchObject({ smtp_passwd: 'mail' });
  });
});

const ROWS = 100_000;

async function watched(story: Story): Promise<string> {
  await story.startGlpi();
  await story.saveSecret('smtp_passwd', 'mail');
  await story.saveSecret('proxy_passwd', 'proxy');
  await story.startWatch();
  await story.untilStatus(({ verdict, generation }) => verdict === 'sound' && generation !== null);
  return story.liveKey();
}

/** Copies one sealed value into many rows of a table that change_key rotates. */
async function multiplyRows({ stage, schema }: Story, count: number): Promise<void> {
  const [rows] = await stage.root.query<RowDataPacket[]>(
    "SELECT value FROM ??.glpi_configs WHERE context = 'core' AND name = 'smtp_passwd'",
    [schema],
  );
  // The tables of numbers belong to a current schema.
  await stage.root.query('USE ??', [schema]);
  await stage.root.query(
    'INSERT INTO ??.glpi_snmpcredentials (name, auth_passphrase) ' +
      `SELECT CONCAT('device ', seq), ? FROM seq_1_to_${count}`,
    [schema, rows[0]?.value],
  );
}

/** Rotates, and collects every key that was live meanwhile, in order. */
async function rotateSeen(story: Story) {
  const seen = new Set([await story.liveKey()]);
  const rotating = console(story.glpi, ROTATE, { environment: { GLPI_STANDIN_ROW_DELAY_US: '30' } });
  const ended = rotating.then(() => true);
  while (!(await Promise.race([ended, sleep(2_000, false)]))) seen.add(await story.liveKey());
  return [await rotating, seen] as const;
}

/** Waits until so many different keys are proven in the vault. */
async function provenKeys(story: Story, count: number): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    const proven = (await story.history()).filter((each) => each.proven !== 'no');
    if (new Set(proven.map((each) => each.fingerprint)).size === count) return;
    await sleep(500);
  }
  throw new Error(`${count} keys were never proven: ${JSON.stringify(await story.history())}`);
}
