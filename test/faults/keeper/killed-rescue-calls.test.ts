import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentOf, runCli, startCli } from '../../integration/cli/run-cli.ts';
import { type RescueScene, rescueScene } from '../../integration/keeper/rescue-scene.ts';
import { sealLikeGlpi } from '../../integration/keeper/sealed-schema.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { isWorthAKill, TEST_TIME, timeForOthers } from './kill-extent.ts';

const PRELOAD = {
  NODE_OPTIONS: `--import ${join(import.meta.dirname, 'kill-at-call.ts')}`,
  KEYKEEPER_SETTLE: '1ms',
  KILLED_FROM: 'start',
};
const SECRETS = ['first', 'second', 'third', 'untouched'];
/** In ms: for the kills at what is written to the vault before and after the rows; each run takes others of them. */
const TIME = timeForOthers(20_000);
const LANES = 6;

interface Moment {
  readonly at: string;
  readonly when: 'before' | 'after';
  readonly call: string;
}

describe.skipIf(!(await available('mariadb')))('keykeeper rescue, killed at any of its calls', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('leaves all rows as they were or all brought back, and the next init completes it', {
    timeout: TEST_TIME,
  }, async () => {
    const { decisive, others } = await momentsOf(mariadb);
    const queue = [...decisive, ...others];
    const left = new Set<string>();
    const end = performance.now() + TIME;
    let kills = 0;

    const lane = async () => {
      await using scene = await rescueScene(mariadb, SECRETS);
      for (let moment = queue.shift(); moment !== undefined; moment = queue.shift()) {
        if (queue.length < others.length && performance.now() > end) return;
        const found = await killAndRecover(scene, moment, decisive.includes(moment));
        if (found === 'not killed') continue;
        left.add(found);
        kills += 1;
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));

    process.stderr.write(`rescue killed ${kills} times, ${decisive.length} of them in its transaction\n`);
    expect(kills).toBeGreaterThanOrEqual(decisive.length);
    expect([...left].sort()).toEqual(['all back', 'as they were']);
  });
});

/** One row wiped, one emptied while the key was missing, one that holds its own ciphertext, sealed. */
async function destroy(scene: RescueScene): Promise<(string | null)[]> {
  const { instance, key } = scene;
  for (const [index, secret] of SECRETS.entries()) await scene.write(index + 1, sealLikeGlpi(secret, key));
  await scene.look();
  rmSync(instance.keyPath);
  await scene.write(2, '');
  await scene.look();
  await scene.write(1, sealLikeGlpi('', key));
  await scene.write(3, sealLikeGlpi(sealLikeGlpi('third', key), key));
  return await cellsOf(scene);
}

async function cellsOf(scene: RescueScene): Promise<(string | null)[]> {
  return await Promise.all(SECRETS.map((_, index) => scene.cell(index + 1)));
}

async function secretsOf(scene: RescueScene): Promise<(string | null)[]> {
  return await Promise.all(SECRETS.map((_, index) => scene.secret(index + 1)));
}

/** Decisive: every statement of the transaction, and the moment behind its COMMIT. */
async function momentsOf(mariadb: Mariadb): Promise<{ decisive: Moment[]; others: Moment[] }> {
  await using scene = await rescueScene(mariadb, SECRETS);
  await destroy(scene);
  const directory = mkdtempSync(join(tmpdir(), 'keykeeper-calls-'));
  try {
    const list = join(directory, 'calls');
    const whole = await runCli(
      ['rescue', '--yes', '--json'],
      environmentOf(scene.instance, { ...PRELOAD, KILLED_CALLS: list }),
    );
    expect(whole.exitCode, whole.stdout + whole.stderr).toBe(0);
    expect(await secretsOf(scene)).toEqual(SECRETS);
    const calls = readFileSync(list, 'utf8').trimEnd().split('\n');
    const moments = calls.map((line): Moment => {
      const [at = ''] = line.split(' ', 1);
      return { at, when: 'before', call: line.slice(at.length + 1) };
    });
    const commit = moments.findIndex((each) => each.at.startsWith('1:') && each.call === 'COMMIT');
    const inside = moments.filter(({ at }, index) => at.startsWith('1:') && index <= commit);
    expect(inside.length).toBeGreaterThan(3);
    const behind = moments.slice(commit, commit + 1).map((each): Moment => ({ ...each, when: 'after' }));
    const others = moments.filter((each) => !inside.includes(each) && isWorthAKill(each.call));
    return { decisive: [...inside, ...behind], others: others.sort(() => Math.random() - 0.5) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @returns what the kill left */
async function killAndRecover(scene: RescueScene, { at, when, call }: Moment, decisive: boolean): Promise<string> {
  const before = await destroy(scene);
  const { instance } = scene;
  const child = startCli(
    ['rescue', '--yes'],
    environmentOf(instance, { ...PRELOAD, KILLED_AT: at, KILLED_WHEN: when }),
  );
  child.stdout.resume();
  child.stderr.resume();
  const [, signal] = await once(child, 'exit');
  const place = `${when} call ${at} (${call})`;
  // What is written to the vault differs by a call or two from run to run: the last of them may not come.
  if (decisive) expect([place, signal]).toEqual([place, 'SIGKILL']);
  const [cells, secrets] = [await cellsOf(scene), await secretsOf(scene)];
  const untouched = JSON.stringify(cells) === JSON.stringify(before);
  if (!untouched) expect([place, secrets]).toEqual([place, SECRETS]);

  const next = await scene.start();
  const again = await scene.start();

  expect([place, next.after.judgement.verdict, await secretsOf(scene)]).toEqual([place, 'sound', SECRETS]);
  expect([place, again.reports]).toEqual([place, []]);
  expect([place, (await (await instance.openVault()).list()).damaged]).toEqual([place, []]);
  if (signal !== 'SIGKILL') return 'not killed';
  return untouched ? 'as they were' : 'all back';
}
