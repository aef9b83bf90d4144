import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/core/judge.ts';
import {
  answers,
  generation,
  KEY_A,
  KEY_B,
  observe,
  type Scene,
  type ValueSpec,
  valuesOf,
  vaultOf,
} from './build-observation.ts';

const vault = vaultOf(generation(1), generation(2, { key: KEY_B }));

/** Judges values; the lists of the judgement are given as numbers of the values. */
function listsOf(specs: ValueSpec[], more: Scene = {}) {
  const { dead, movable, destroyed } = judge(observe({ vault, database: answers(valuesOf(...specs)), ...more }));
  const [first, second, third] = [dead, movable, destroyed].map((list) => list.map((each) => each.reference.id));
  return { dead: first, movable: second, destroyed: third };
}

const EMPTIED = { as: 'empty', better: 'escrow' } as const;

describe('what a judgement lists', () => {
  it('is dead where no candidate opens it and movable where only another one does', () => {
    const specs = [{ under: [KEY_A] }, { under: [KEY_B] }, {}, { under: [KEY_A, KEY_B] }];

    expect(listsOf(specs)).toEqual({ dead: [3], movable: [2], destroyed: [] });
  });

  it('is destroyed where the live key opens it and something better is known', () => {
    const specs = [{ under: [KEY_A] }, { under: [KEY_A], ...EMPTIED }, { under: [KEY_B], ...EMPTIED }];

    expect(listsOf(specs)).toEqual({ dead: [], movable: [3], destroyed: [2] });
  });

  it('is destroyed whichever key opens it while there is no live one, and then nothing is movable', () => {
    const specs = [{ under: [KEY_A], ...EMPTIED }, { under: [KEY_B], ...EMPTIED }, { under: [KEY_B] }];

    expect(listsOf(specs, { key: 'absent' })).toEqual({ dead: [], movable: [], destroyed: [1, 2] });
  });

  it('counts what was tested, opened and real', () => {
    const specs: ValueSpec[] = [
      { under: [KEY_A] },
      { under: [KEY_A], as: 'empty' },
      { under: [KEY_A], ours: true },
      { under: [KEY_B] },
      { class: 'token', shaped: false },
    ];

    const judgement = judge(observe({ vault, database: answers(valuesOf(...specs)) }));

    expect(judgement).toMatchObject({ live: KEY_A, tested: 4, opened: 3, real: 1, databaseSilent: false });
  });
});
