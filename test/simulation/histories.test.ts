import { describe, expect, it } from 'vitest';
import { DEFECTS } from './defects.ts';
import { describeBroken, explore, shrink } from './explore.ts';

/** `npm run simulate -- --minutes N` runs more. */
const HISTORIES = 50;
const STEPS = 20;
/** Within so many histories each planted defect has to be found. */
const SEARCH = 150;

const order = { from: 1, count: HISTORIES, steps: STEPS, changes: [], first: true } as const;

describe('histories of a GLPI and its keepers', () => {
  it('keep every promise after every event', async () => {
    const { histories, broken } = await explore(order);

    expect(broken.map(describeBroken)).toEqual([]);
    expect(histories).toBe(HISTORIES);
  });

  it('are the same again with the same seed', async () => {
    const defect = DEFECTS.find(({ name }) => name === 'nothing is captured first');
    const planted = { ...order, count: SEARCH, changes: defect?.changes ?? [] };

    const first = await explore(planted);
    const again = await explore({ ...planted, from: first.broken[0]?.seed ?? 0, count: 1 });

    expect(again.broken).toEqual(first.broken);
  });

  it('become smaller where one breaks a promise', async () => {
    const planted = {
      ...order,
      count: SEARCH,
      changes: DEFECTS.find(({ name }) => name === 'nothing is ever restored')?.changes ?? [],
    };
    const [found] = (await explore(planted)).broken;
    if (found === undefined) throw new Error('nothing was found');

    const smaller = await shrink(found, planted);

    expect(smaller.steps).toBeLessThanOrEqual(found.steps);
    expect(smaller.broken.length).toBeGreaterThan(0);
  });

  it.each(DEFECTS)('find it when $name', async ({ breaks, changes, plant }) => {
    const { broken } = await explore({ ...order, count: SEARCH, changes, ...(plant === undefined ? {} : { plant }) });

    expect(breaks).toContain(broken[0]?.broken[0]?.promise);
  });
});
