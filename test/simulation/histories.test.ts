import { afterAll, describe, expect, it } from 'vitest';
import { DEFECTS, type PlantedDefect } from './defects.ts';
import { describeBroken, explore, shrink } from './explore.ts';
import { bundleWorker } from './machine/bundle.ts';

/** `npm run simulate -- --minutes N` runs more. */
const HISTORIES = 100;
const STEPS = 20;
/** Within so many histories each planted defect has to be found. */
const SEARCH = 150;

const order = { from: 1, count: SEARCH, steps: STEPS, first: true } as const;

const made = new AsyncDisposableStack();
afterAll(() => made[Symbol.asyncDispose]());

describe('histories of a GLPI and its keepers', () => {
  it('keep every promise after every event', async () => {
    const { histories, broken } = await explore(await bundle([]), { ...order, count: HISTORIES });

    expect(broken.map(describeBroken)).toEqual([]);
    expect(histories).toBe(HISTORIES);
  });

  it('are the same again with the same seed', async () => {
    const planted = await bundle(defectNamed('nothing is captured first').changes);

    const first = await explore(planted, order);
    const again = await explore(planted, { ...order, from: first.broken[0]?.seed ?? 0, count: 1 });

    expect(again.broken).toEqual(first.broken);
  });

  it('become smaller where one breaks a promise', async () => {
    const planted = await bundle(defectNamed('nothing is ever restored').changes);
    const [found] = (await explore(planted, order)).broken;
    if (found === undefined) throw new Error('nothing was found');

    const smaller = await shrink(planted, found);

    expect(smaller.steps).toBeLessThanOrEqual(found.steps);
    expect(smaller.broken.length).toBeGreaterThan(0);
  });

  it.each(DEFECTS)('find it when $name', async ({ breaks, changes, plant }) => {
    const { broken } = await explore(await bundle(changes), { ...order, ...(plant === undefined ? {} : { plant }) });

    expect(breaks).toContain(broken[0]?.broken[0]?.promise);
  });
});

async function bundle(changes: PlantedDefect['changes']) {
  return made.use(await bundleWorker(changes));
}

function defectNamed(name: string): PlantedDefect {
  const found = DEFECTS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no defect is called "${name}"`);
  return found;
}
