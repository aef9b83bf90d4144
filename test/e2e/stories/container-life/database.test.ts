import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { console, dockerOutput } from '../../../stand-in/glpi/image.ts';
import { available } from '../../../stand-in/require.ts';
import { openStoryStage, type Story, type StoryStage } from '../story.ts';
import { configDirectory, liveIn, rowsOf, SECRETS, vaultContent } from './lived-in.ts';

describe.skipIf(!(await available('docker')))(
  'a database that is not what it was (one GLPI: none has a part in it)',
  () => {
    let stage: StoryStage;

    beforeAll(async () => {
      stage = await openStoryStage();
    });

    afterAll(() => stage?.[Symbol.asyncDispose]());

    const pauseDatabase = async (): Promise<AsyncDisposable> => {
      const container = `${stage.stage.name}-database`;
      await dockerOutput(['pause', container]);
      return {
        [Symbol.asyncDispose]: async () => {
          await dockerOutput(['unpause', container]);
        },
      };
    };

    /** Copies every row of a schema into another one, whose own are lost. */
    const copySchema = (from: string, to: string) => {
      const copy = `mariadb-dump --user=root ${from} | mariadb --user=root ${to}`;
      return dockerOutput(['exec', `${stage.stage.name}-database`, 'sh', '-c', copy]);
    };

    it('is waited for at the gate with a line of progress; then exit 12, and nothing was touched', async () => {
      await using story = await stage.openStory('10.0.17');
      await liveIn(story);
      await story.init();
      await story.removeGlpi({ loseVolume: true });
      const before = await vaultContent(story);
      await using _ = await pauseDatabase();

      const gate = await story.init();

      expect(gate).toMatchObject({ exitCode: 12, json: { verdict: 'missing', gate: 'blocked', actions: [] } });
      expect(gate.json.findings).toMatchObject([{ code: expect.stringMatching(/^database-/), severity: 'error' }]);
      expect(gate.log).toContain('preparing the keys');
      expect(await story.onVolumes('ls -A /var/glpi')).toBe('');
      expect(await vaultContent(story)).toBe(before);
    });

    it('goes down and comes back while watching: a deleted key is back meanwhile, and proven afterwards', async () => {
      await using story = await stage.openStory('10.0.17');
      await liveIn(story);
      await story.startWatch();
      const sound = await story.untilStatus(({ verdict }) => verdict === 'sound');
      const key = await story.liveKey();

      const silence = await pauseDatabase();
      await story.hangUp();
      const silent = await story.untilStatus(({ database }) => database.state === 'unreachable');
      await story.onVolumes('rm /var/glpi/config/glpicrypt.key');
      const meanwhile = await untilLiveKey(story);
      await silence[Symbol.asyncDispose]();
      const back = await story.untilStatus(
        ({ verdict, database }) => verdict === 'sound' && database.state === 'answers',
      );

      expect(silent.findings.map(({ code }) => code)).toContainEqual(expect.stringMatching(/^database-/));
      expect(meanwhile).toBe(key);
      expect(back).toMatchObject({ healthy: true, fingerprint: sound.fingerprint, canary: { tested: 4, opened: 4 } });
      expect(await story.keptKeys()).toEqual([key]);
      expect(await story.secretsOpen()).toMatchObject(SECRETS);
    });

    it('moved to another host: exit 11 and nothing restored, until restore --adopt says that it is right', async () => {
      await using story = await stage.openStory('10.0.17');
      await liveIn(story);
      const kept = await story.init();
      await story.removeGlpi();
      await story.onVolumes(
        `sed -i "s/'database:3306'/'${stage.stage.name}-database:3306'/" /var/glpi/config/config_db.php`,
      );
      const before = [await configDirectory(story), await vaultContent(story)];

      const blocked = await story.init();
      const after = [await configDirectory(story), await vaultContent(story)];
      const adopted = await story.run(['restore', '--adopt']);
      const gate = await story.init();

      expect(blocked).toMatchObject({ exitCode: 11, json: { gate: 'blocked', actions: [] } });
      expect(blocked.json.findings).toMatchObject([
        { code: 'other-database', try: expect.stringContaining('--adopt') },
      ]);
      expect(after).toEqual(before);
      expect(adopted).toMatchObject({ exitCode: 0, json: { verdictAfter: 'sound' } });
      expect(gate).toMatchObject({ exitCode: 0, json: { verdict: 'sound', fingerprint: kept.json.fingerprint } });
      expect(await configDirectory(story)).toBe(before[0]);
    });

    it("is staging's, with production's vault: exit 11, and nothing of production is touched", async () => {
      await using production = await stage.openStory('10.0.17');
      await liveIn(production);
      await production.init();
      await using staging = await stage.openStory('10.0.17', { vault: production.vaultVolume });
      await copySchema(production.schema, staging.schema);
      const before = [await vaultContent(production), await rowsOf(production), await configDirectory(production)];
      const rowsBefore = await rowsOf(staging);

      const gate = await staging.init();

      expect(gate).toMatchObject({ exitCode: 11, json: { gate: 'blocked', actions: [] } });
      expect(gate.json.findings.map(({ code }) => code)).toContain('other-database');
      expect([await vaultContent(production), await rowsOf(production), await configDirectory(production)]).toEqual(
        before,
      );
      expect(await rowsOf(staging)).toBe(rowsBefore);
      expect(await staging.onVolumes('ls -A /var/glpi')).toBe('');
      expect(await production.secretsOpen()).toMatchObject(SECRETS);
    });

    it('was restored from a dump that is older than the last rotation: its own key comes back, the newer one is kept', async () => {
      await using story = await stage.openStory('10.0.17');
      await liveIn(story);
      const older = await story.init();
      const olderKey = await story.liveKey();
      const dump = `${story.schema}_dump`;
      await stage.stage.addSchema(dump);
      await copySchema(story.schema, dump);
      await console(story.glpi, ['security:change_key', '-n']);
      const newer = await story.init();
      const newerKey = await story.liveKey();
      await story.removeGlpi();
      await copySchema(dump, story.schema);

      const gate = await story.init();
      await story.startGlpi();

      expect(newer.json.fingerprint).not.toBe(older.json.fingerprint);
      expect(gate).toMatchObject({ exitCode: 0, json: { verdict: 'wrong', verdictAfter: 'sound' } });
      expect(await story.liveKey()).toBe(olderKey);
      expect(await story.keptKeys()).toEqual([olderKey, newerKey]);
      expect(await story.secretsOpen()).toMatchObject(SECRETS);
    });
  },
);

async function untilLiveKey(story: Story): Promise<string> {
  for (let tries = 0; tries < 20; tries += 1) {
    const key = await story.liveKey();
    if (key !== '') return key;
  }
  return '';
}
