import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Placed, planMerge } from '../../../src/vault/plan-merge.ts';

/** `a3@5`: generation a, created at 3, number 5. */
function vaultOf(...texts: string[]): Placed[] {
  return texts.map((text) => {
    const [, key = '', createdAt, number] = /^([a-z]+)(\d+)@(\d+)$/.exec(text) ?? [];
    return { key: `${key}${createdAt}`, createdAt: Number(createdAt), number: Number(number) };
  });
}

function numbersOf(all: readonly Placed[]): ReadonlySet<number> {
  return new Set(all.map(({ number }) => number));
}

/** The vault once a plan was carried out, the first `steps` placements of it alone where they are given. */
function carryOut(own: readonly Placed[], incoming: readonly Placed[], steps?: number): Placed[] {
  const plan = planMerge(own, incoming, numbersOf(own));
  const placed = plan.placements.slice(0, steps).map(({ source, from, to }) => {
    const found = (source === 'own' ? own : incoming).find(({ number }) => number === from);
    if (found === undefined) throw new Error(`the plan places ${source} ${from}, which is not there`);
    return { ...found, number: to };
  });
  const obsolete = steps === undefined ? plan.obsolete : [];
  const left = own.filter(({ number }) => !obsolete.includes(number));
  return [...left, ...placed].sort((a, b) => a.number - b.number);
}

function textOf(all: readonly Placed[]): string {
  return all.map(({ key, number }) => `${key}@${number}`).join(' ');
}

describe('taking generations into a vault', () => {
  it.each<[string, string[], string[], string]>([
    ['leaves numbers as they are in an empty one', [], ['a1@3', 'b2@4', 'c3@9'], 'a1@3 b2@4 c3@9'],
    ['adds what came since', ['a1@1', 'b2@2'], ['a1@1', 'b2@2', 'c3@3'], 'a1@1 b2@2 c3@3'],
    ['adds nothing the second time', ['a1@1', 'b2@2'], ['a1@1', 'b2@2'], 'a1@1 b2@2'],
    ['fills the holes that pruning made', ['a1@1', 'd4@4'], ['a1@1', 'b2@2', 'c3@3', 'd4@4'], 'a1@1 b2@2 c3@3 d4@4'],
    ['takes another number where one is taken', ['a1@1', 'x2@2'], ['a1@1', 'y3@2'], 'a1@1 x2@2 y3@3'],
    ['keeps what is newest here newest', ['n9@1'], ['a1@1', 'b2@2'], 'a1@3 b2@4 n9@5'],
    ['keeps a number that is free and in order', ['a1@1', 'd4@9'], ['b2@3'], 'a1@1 b2@3 d4@9'],
    ['takes the last free one where the own is taken', ['a1@1', 'd4@9'], ['b2@1'], 'a1@1 b2@8 d4@9'],
    ['leaves room for what comes behind', ['a1@1', 'd4@4'], ['b2@3', 'c3@4'], 'a1@1 b2@2 c3@3 d4@4'],
    ['gives no number twice', ['x1@2'], ['y2@2', 'z3@3'], 'x1@2 y2@3 z3@4'],
    ['moves all where not all find room', ['a1@1', 'd4@3'], ['b2@2', 'c3@9'], 'a1@1 b2@10 c3@11 d4@12'],
    [
      'moves only what stands behind the place without room',
      ['a1@1', 'c3@3', 'e5@4'],
      ['b2@2', 'd4@3'],
      'a1@1 b2@2 c3@3 d4@5 e5@6',
    ],
    ['puts what came in the same moment before what is here', ['n5@1'], ['a5@1'], 'a5@2 n5@3'],
    ['keeps the order of times', ['a1@1', 'c3@2'], ['b2@1', 'd4@2'], 'a1@1 b2@3 c3@4 d4@5'],
  ])('%s', (_, own, incoming, result) => {
    expect(textOf(carryOut(vaultOf(...own), vaultOf(...incoming)))).toBe(result);
  });

  it('leaves the number of a damaged file alone', () => {
    const { placements } = planMerge(vaultOf('a1@1'), vaultOf('b2@2'), new Set([1, 2]));

    expect(placements).toEqual([{ source: 'incoming', from: 2, to: 3 }]);
    expect(planMerge(vaultOf('a1@1', 'd4@4'), vaultOf('b2@3'), new Set([1, 3, 4])).placements).toEqual([
      { source: 'incoming', from: 3, to: 2 },
    ]);
  });

  it('says of each placement whose it is, the highest number first, and what goes in the end', () => {
    const own = vaultOf('a1@1', 'c3@2', 'e5@3');

    expect(planMerge(own, vaultOf('b2@7'), numbersOf(own))).toEqual({
      placements: [
        { source: 'own', from: 3, to: 10 },
        { source: 'own', from: 2, to: 9 },
        { source: 'incoming', from: 7, to: 8 },
      ],
      obsolete: [2, 3],
    });
  });

  it('goes on where a generation stands under its old and its new number, and takes the old ones away', () => {
    const own = vaultOf('c3@2', 'e5@3', 'b2@8', 'c3@9', 'e5@10');

    expect(planMerge(own, vaultOf('b2@7'), numbersOf(own))).toEqual({ placements: [], obsolete: [2, 3] });
  });

  /** Two vaults that share some past: distinct times, each vault's numbers in order, with holes. */
  const aPair = fc
    .array(fc.record({ own: fc.boolean(), incoming: fc.boolean(), gap: fc.nat(2) }), { maxLength: 12 })
    .map((past) => {
      const vault = (side: 'own' | 'incoming') => {
        let number = 0;
        return past.flatMap((each, createdAt) => {
          if (!each[side]) return [];
          number += 1 + (side === 'own' ? each.gap : 0);
          return [{ key: `g${createdAt}`, createdAt, number }];
        });
      };
      return { own: vault('own'), incoming: vault('incoming') };
    });

  it('gives the union, in the order of times, each number once', () => {
    fc.assert(
      fc.property(aPair, ({ own, incoming }) => {
        const result = carryOut(own, incoming);

        const times = [...new Set([...own, ...incoming].map(({ createdAt }) => createdAt))].sort((a, b) => a - b);
        expect(result.map(({ createdAt }) => createdAt)).toEqual(times);
        expect(numbersOf(result).size).toBe(result.length);
      }),
    );
  });

  it('never lets anything older be the newest, wherever it stops, and goes on from there', () => {
    fc.assert(
      fc.property(aPair, fc.nat(15), ({ own, incoming }, steps) => {
        const stopped = carryOut(own, incoming, steps);

        const newest = Math.max(...own.map(({ createdAt }) => createdAt), -1);
        expect(stopped.at(-1)?.createdAt ?? -1).toBeGreaterThanOrEqual(newest);
        const resumed = carryOut(stopped, incoming);
        expect(resumed.map(({ key }) => key)).toEqual(carryOut(own, incoming).map(({ key }) => key));
      }),
    );
  });

  it('places nothing a second time', () => {
    fc.assert(
      fc.property(aPair, ({ own, incoming }) => {
        const result = carryOut(own, incoming);

        expect(planMerge(result, incoming, numbersOf(result))).toEqual({ placements: [], obsolete: [] });
      }),
    );
  });
});
