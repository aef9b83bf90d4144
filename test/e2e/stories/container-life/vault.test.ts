import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerOutput } from '../../../stand-in/glpi/image.ts';
import { available } from '../../../stand-in/require.ts';
import { openStoryStage, type StoryStage } from '../story.ts';
import { configDirectory, liveIn, SECRETS } from './lived-in.ts';

describe.skipIf(!(await available('docker')))("a vault in trouble (one GLPI: the vault is Keykeeper's alone)", () => {
  let stage: StoryStage;

  beforeAll(async () => {
    stage = await openStoryStage();
  });

  afterAll(() => stage?.[Symbol.asyncDispose]());

  it.concurrent('is filled again where it is empty beside a live key, which is left as it is', async () => {
    await using story = await stage.openStory('11.0.6');
    await liveIn(story);
    await story.init();
    const before = await configDirectory(story);
    await dockerOutput(['volume', 'rm', story.vaultVolume]);

    const gate = await story.init();

    expect(gate).toMatchObject({ exitCode: 0, json: { verdict: 'sound', gate: 'open', generation: 1 } });
    expect(gate.json.actions).toMatchObject([{ action: 'capture', done: true }]);
    expect(await story.keptKeys()).toEqual([await story.liveKey()]);
    expect(await configDirectory(story)).toBe(before);
    expect(await story.secretsOpen()).toMatchObject(SECRETS);
  });

  it.concurrent('with one damaged generation restores from the others, says so, and leaves the damaged one alone', async () => {
    await using story = await stage.openStory('11.0.6');
    await liveIn(story);
    const first = await story.init();
    await story.saveSecret('smtp_passwd', 'changed since');
    const second = await story.init();
    const key = await story.liveKey();
    await story.removeGlpi({ loseVolume: true });
    const newest = '/vault/*/generations/000002.json';
    const damaged = await story.onVolumes(`truncate --size 100 ${newest} && sha256sum ${newest}`);

    const gate = await story.init();
    await story.startGlpi();

    expect([first.json.generation, second.json.generation]).toEqual([1, 2]);
    expect(gate).toMatchObject({ exitCode: 0, json: { verdict: 'missing', verdictAfter: 'sound' } });
    expect(gate.json.findings).toMatchObject([{ code: 'generation-damaged', severity: 'warning' }]);
    expect(await story.liveKey()).toBe(key);
    expect(await story.onVolumes(`sha256sum ${newest}`)).toBe(damaged);
    expect(await story.secretsOpen()).toMatchObject({ ...SECRETS, smtp_passwd: 'changed since' });
  });
});
