import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { environmentOf, runCli, startCli } from '../../integration/cli/run-cli.ts';
import { type RotateScene, rotateScene } from '../../integration/keeper/rotate-scene.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { EVERY_CALL, isWorthAKill, TEST_TIME, timeForOthers } from './kill-extent.ts';

const PRELOAD = {
  NODE_OPTIONS: `--import ${join(import.meta.dirname, 'kill-at-call.ts')}`,
  KEYKEEPER_SETTLE: '1ms',
  ...(EVERY_CALL ? { KILLED_FROM: 'start' } : {}),
};
/** In ms: on a slow machine fewer of the kills that are not decisive, never a longer test. Each run takes others of them. */
const TIME = timeForOthers(25_000);
/** A run waits some seconds for the lease of one that was killed: more lanes than processors. */
const LANES = 6;

/** One call of a rotation, by its name, and whether the kill comes before or after it. */
interface Moment {
  readonly at: string;
  readonly when: 'before' | 'after';
  readonly call: string;
}

describe.skipIf(!(await available('mariadb')))('keykeeper rotate, killed at any of its calls', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('leaves file and rows such that the next init makes them agree, with nothing lost', {
    timeout: TEST_TIME,
  }, async () => {
    const calls = await callsOfRotation(mariadb);
    const { decisive, others } = momentsOf(calls);
    const left = new Set<string>();
    const queue = [...decisive, ...others];
    const end = performance.now() + TIME;
    let kills = 0;

    const lane = async () => {
      await using scene = await smallScene(mariadb);
      for (let moment = queue.shift(); moment !== undefined; moment = queue.shift()) {
        if (queue.length < others.length && performance.now() > end) return;
        const found = await killAndRecover(scene, moment, decisive.includes(moment));
        if (found === 'not killed') continue;
        left.add(found);
        kills += 1;
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));

    process.stderr.write(`rotate killed ${kills} times at ${calls.length} calls: ${[...left].sort().join(', ')}\n`);
    expect(kills).toBeGreaterThanOrEqual(decisive.length);
    expect([...left].sort()).toEqual(['new file, new rows', 'old file, new rows', 'old file, old rows']);
  });
});

async function smallScene(mariadb: Mariadb): Promise<RotateScene> {
  const scene = await rotateScene(mariadb, '11.0.6', ['glpi_mailcollectors', 'glpi_users']);
  await scene.save('a password', scene.key);
  await scene.instance.keeper('gate').reconcile(AbortSignal.timeout(120_000));
  return scene;
}

/** What a rotation that nobody kills calls, in its order. */
async function callsOfRotation(mariadb: Mariadb): Promise<string[]> {
  await using scene = await smallScene(mariadb);
  const directory = mkdtempSync(join(tmpdir(), 'keykeeper-calls-'));
  try {
    const list = join(directory, 'calls');
    const whole = await runCli(
      ['rotate', '--yes', '--json'],
      environmentOf(scene.instance, { ...PRELOAD, KILLED_CALLS: list }),
    );
    expect(whole.exitCode, whole.stdout + whole.stderr).toBe(0);
    return readFileSync(list, 'utf8').trimEnd().split('\n');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Decisive: every statement of the transaction, and the rename behind it. The others are all that is written before and
 * after; a kill between two reads is one at the next write.
 */
function momentsOf(lines: readonly string[]): { decisive: Moment[]; others: Moment[] } {
  const calls = lines.map((line) => ({ at: line.split(' ', 1)[0] ?? '', call: line.slice(line.indexOf(' ') + 1) }));
  const begin = calls.findIndex((each) => each.at.startsWith('1:'));
  const commit = calls.findIndex((each, index) => index > begin && each.call === 'COMMIT');
  const rename = calls.findIndex((each, index) => index > commit && each.call === 'renameSync');
  expect([begin > 0, commit > begin, rename]).toEqual([true, true, commit + 1]);
  const before = calls.map(({ at, call }): Moment => ({ at, when: 'before', call }));
  const after = [commit, rename].flatMap((index): Moment[] => before.slice(index, index + 1));
  const isDecisive = (_: Moment, index: number) => index >= begin && index <= rename;
  return {
    decisive: [...before.filter(isDecisive), ...after.map((each) => ({ ...each, when: 'after' as const }))],
    others: before
      .filter((each, index) => !isDecisive(each, index) && isWorthAKill(each.call))
      .sort(() => Math.random() - 0.5),
  };
}

/** @returns what the kill left */
async function killAndRecover(scene: RotateScene, { at, when, call }: Moment, decisive: boolean): Promise<string> {
  const { instance } = scene;
  const before = instance.read('glpicrypt.key');
  const killed = { ...PRELOAD, KILLED_AT: String(at), KILLED_WHEN: when };
  const child = startCli(['rotate', '--yes', '--json'], environmentOf(instance, killed));
  child.stdout.resume();
  child.stderr.resume();
  const [, signal] = await once(child, 'exit');
  const place = `${when} call ${at} (${call})`;
  // What the vault needs differs by a call or two from run to run: the last of them may not come.
  if (decisive) expect(signal, place).toBe('SIGKILL');
  const file = instance.read('glpicrypt.key');
  const agree = (await scene.lost()).length === 0;
  const isOld = file.equals(before);

  const next = await instance.keeper('gate').reconcile(AbortSignal.timeout(120_000));
  const again = await instance.keeper('gate').reconcile(AbortSignal.timeout(120_000));

  const { verdict } = next.after.judgement;
  expect([place, verdict, await scene.lost()]).toEqual([place, 'sound', []]);
  expect([place, again.reports]).toEqual([place, []]);
  const { generations, damaged } = await (await instance.openVault()).list();
  const live = fingerprintOf(instance.read('glpicrypt.key'));
  expect(damaged, place).toEqual([]);
  expect(generations.at(-1)?.fingerprint, place).toBe(live);
  expect(generations.findLast((each) => each.proof !== null)?.fingerprint, place).toBe(live);
  expect(generations.map((each) => each.fingerprint)).toContain(fingerprintOf(before));
  expect(readdirSync(instance.configDir).filter((name) => name.startsWith('.'))).toEqual([]);
  if (signal !== 'SIGKILL') return 'not killed';
  return `${isOld ? 'old' : 'new'} file, ${agree === isOld ? 'old' : 'new'} rows`;
}
