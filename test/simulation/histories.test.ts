import { afterAll, describe, expect, it } from 'vitest';
import { DEFECTS, type PlantedDefect } from './defects.ts';
import { describeBroken, explore } from './explore.ts';
import { FOUND } from './found.ts';
import { bundleWorker } from './machine/bundle.ts';

/** `npm run simulate -- --minutes N` runs more. */
const HISTORIES = 200;
const STEPS = 20;
/** Within so many histories each planted defect has to be found. */
const SEARCH = 400;

const order = { from: 1, count: SEARCH, steps: STEPS, first: true } as const;

const made = new DisposableStack();
afterAll(() => made.dispose());

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

    expect(first.broken).toHaveLength(1);
    expect(again.broken).toEqual(first.broken);
  });

  it('become smaller where one breaks a promise, and break it still', async () => {
    const planted = await bundle(defectNamed('the gate always opens').changes);

    const [found] = (await explore(planted, { ...order, shrinks: true })).broken;
    const again = await explore(planted, { ...order, from: found?.seed ?? 0, count: 1, script: found?.script ?? [] });

    expect(found?.script.length).toBeLessThan(STEPS / 2);
    expect(again.broken[0]?.broken).toEqual(found?.broken);
  });

  it.each(DEFECTS)('find it when $name', async ({ breaks, changes, plant }) => {
    const { broken } = await explore(await bundle(changes), { ...order, plant });

    expect(breaks).toContain(broken[0]?.broken[0]?.promise);
  });
});

describe('a history that once broke a promise', () => {
  it.each(FOUND)('keeps it now: $name', async ({ seed, script, broke, unmended }) => {
    const again = { ...order, from: seed, count: 1, script };

    const mended = await explore(await bundle([]), again);
    const before = await explore(await bundle(unmended), again);

    expect(mended.broken.map(describeBroken)).toEqual([]);
    expect(before.broken[0]?.broken[0]?.promise).toBe(broke);
  });
});

async function bundle(changes: PlantedDefect['changes']) {
  return made.use(await bundleWorker(changes));
}

function defectNamed(name: string): PlantedDefect {
  const found = DEFECTS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`nothing that is planted is called "${name}"`);
  return found;
}
