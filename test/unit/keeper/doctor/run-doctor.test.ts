import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../src/core/failure.ts';
import { check, FINE, type Level, skipped, type Trouble, troubles } from '../../../../src/keeper/doctor/check.ts';
import { CHECKS } from '../../../../src/keeper/doctor/check-table.ts';
import type { FactBook } from '../../../../src/keeper/doctor/fact-book.ts';
import type { Group } from '../../../../src/keeper/doctor/group.ts';
import type { Fact } from '../../../../src/keeper/doctor/known-facts.ts';
import { exitCodeFor, runDoctor } from '../../../../src/keeper/doctor/run-doctor.ts';
import { selectChecks } from '../../../../src/keeper/doctor/select-checks.ts';
import { healthyFacts } from './healthy-facts.ts';

const trouble = (level: Level): Trouble => ({ level, target: 't', message: 'm', evidence: ['e'], fix: 'f' });

function saying(group: Group, ...levels: Level[]) {
  const found = levels.map(trouble);
  const run = () => (found.length === 0 ? FINE : troubles(...found));
  return check({ code: 'x', group, title: 'x', levels: [], needs: ['settings'], run });
}

/** Facts that are all there, but for those named. */
async function book(missing: readonly string[] = []): Promise<FactBook> {
  const facts = await healthyFacts();
  return {
    get: async (name) =>
      missing.includes(name) ? { kind: 'unknown', why: `${name} is away` } : { kind: 'known', value: facts[name] },
    waiting: () => [],
  };
}

async function run(checks: Parameters<typeof runDoctor>[0], missing: readonly string[] = []) {
  return await runDoctor(checks, await book(missing), () => undefined);
}

describe('a run of checks', () => {
  it('skips what rests on a fact that did not come, and says why', async () => {
    const one = check({ code: 'x', group: 'key', title: 'x', levels: [], needs: ['network'], run: () => FINE });

    const [checked] = await run([one], ['network']);

    expect(checked).toMatchObject({ outcome: 'skipped', why: 'network is away' });
  });

  it('runs the others all the same', async () => {
    const checked = await run(CHECKS, ['network', 'php', 'containers', 'platform']);

    expect(checked.filter((each) => each.outcome === 'ok').length).toBeGreaterThan(30);
  });

  it('takes the most serious trouble for the outcome of a check', async () => {
    const [checked] = await run([saying('key', 'advice', 'error', 'warning')]);

    expect(checked?.outcome).toBe('error');
    expect(checked?.troubles.map((each) => each.level)).toEqual(['error', 'warning', 'advice']);
  });

  it('says how many are done', async () => {
    const told: number[] = [];

    await runDoctor([saying('key'), saying('key')], await book(), (done) => told.push(done));

    expect(told).toEqual([1, 2]);
  });

  it('keeps a skipped check apart from one that is well', async () => {
    const one = check({ code: 'x', group: 'key', title: '', levels: [], needs: [], run: () => skipped('no key') });

    expect(await run([one])).toMatchObject([{ outcome: 'skipped', why: 'no key' }]);
  });
});

describe('the exit code', () => {
  it.each<[string, Level, [Group, ...Level[]][], number]>([
    [
      'is 0 without an error',
      'error',
      [
        ['key', 'warning'],
        ['vault', 'advice'],
      ],
      0,
    ],
    [
      'is that of the group of the error',
      'error',
      [
        ['set-up', 'warning'],
        ['vault', 'error'],
      ],
      14,
    ],
    [
      'is that of the first of equally serious ones',
      'error',
      [
        ['database', 'error'],
        ['key', 'error'],
      ],
      12,
    ],
    ['counts warnings where that is asked for', 'warning', [['network', 'warning']], 21],
    [
      'puts an error before a warning',
      'warning',
      [
        ['network', 'warning'],
        ['ownership', 'error'],
      ],
      13,
    ],
    ['counts advice where that is asked for', 'advice', [['set-up', 'advice']], 11],
  ])('%s', async (_, failOn, groups, code) => {
    const checked = await run(groups.map(([group, ...levels]) => saying(group, ...levels)));

    expect(exitCodeFor(checked, failOn)).toBe(code);
  });
});

describe('--only', () => {
  it('takes groups and single checks, in the order of the output', () => {
    const codes = selectChecks(CHECKS, 'key-fits, ownership').map((each) => each.code);

    expect(codes.at(-1)).toBe('key-fits');
    expect(codes).toContain('key-private');
    expect(codes).not.toContain('vault-there');
  });

  it.each([
    ['key-fit', 'key-fits'],
    ['databse', 'database'],
    ['glpi_container', 'glpi-container'],
    ['constructor', ''],
  ])('refuses %s, and offers the nearest name', (name, nearest) => {
    const select = () => selectChecks(CHECKS, `vault,${name}`);

    expect(select).toThrow(Failure);
    expect(select).toThrow(expect.objectContaining({ code: 'usage', try: expect.stringContaining(nearest) }));
  });
});

/** Facts of unequal speed must not wait for each other. */
describe('facts', () => {
  it('are looked at as they come', async () => {
    const slow = Promise.withResolvers<Fact<never>>();
    const facts = await healthyFacts();
    const told: string[] = [];
    const unequal: FactBook = {
      get: (name) => (name === 'network' ? slow.promise : Promise.resolve({ kind: 'known', value: facts[name] })),
      waiting: () => ['network'],
    };
    const of = (code: string, name: 'network' | 'settings') =>
      check({
        code,
        group: 'key',
        title: '',
        levels: [],
        needs: [name],
        run: () => {
          told.push(code);
          return FINE;
        },
      });

    const running = runDoctor([of('late', 'network'), of('early', 'settings')], unequal, (done) => {
      if (done === 1) slow.resolve({ kind: 'unknown', why: 'it hangs' });
    });

    expect((await running).map((each) => each.outcome)).toEqual(['skipped', 'ok']);
    expect(told).toEqual(['early']);
  });
});
