import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referenceKey } from '../../../../src/core/reference-key.ts';
import { undoChanges } from '../../../../src/keeper/rescue-changes.ts';
import { owed, Rows, seal, stories } from './rows.ts';

const runs = { numRuns: 150 };

describe('a rescue of any rows, after any accidents', () => {
  it('makes no readable value unreadable, nor another one', () => {
    fc.assert(
      fc.property(stories, fc.boolean(), (told, older) => {
        const rows = new Rows(told);
        const before = new Map([...rows.cells.keys()].map((key) => [key, rows.readable(key, 'all')]));
        const untouched = [...rows.cells].filter(([key]) => rows.readable(key, 'live') !== null);

        rows.write(rows.changes(rows.plan(older).steps));

        for (const [key, text] of before) if (text !== null) expect(rows.readable(key, 'live')).toBe(text);
        for (const [key, cell] of untouched) expect(rows.cells.get(key)).toBe(cell);
      }),
      runs,
    );
  });

  it('brings back everything that the vault or the row itself still has, and says the rest', () => {
    fc.assert(
      fc.property(stories, (told) => {
        const rows = new Rows(told);
        const planned = rows.plan();

        rows.write(rows.changes(planned.steps));

        const again = rows.plan();
        const named = new Set([...again.retype, ...again.older].map(referenceKey));
        expect(again.steps).toEqual([]);
        expect(new Set([...planned.retype, ...planned.older].map(referenceKey))).toEqual(named);
        for (const [index, story] of told.entries()) {
          const key = [...rows.cells.keys()][index] ?? '';
          const wanted = owed(story, `secret ${index}`);
          if (wanted !== 'rubbish') expect(rows.readable(key, 'live')).toBe(wanted);
          // What is empty and was never kept is no secret that anybody knows of.
          if (wanted === null) expect(named.has(key) || !story.kept).toBe(true);
        }
      }),
      runs,
    );
  });

  it('finds nothing to do the second time', () => {
    fc.assert(
      fc.property(stories, fc.boolean(), (told, older) => {
        const rows = new Rows(told);
        rows.write(rows.changes(rows.plan(older).steps));

        const second = rows.plan(older);

        expect(rows.changes(second.steps)).toEqual([]);
        expect(second.steps).toEqual([]);
      }),
      runs,
    );
  });

  it('leaves what somebody typed between the look and the writing', () => {
    fc.assert(
      fc.property(stories, fc.infiniteStream(fc.boolean()), (told, dice) => {
        const rows = new Rows(told);
        const { steps } = rows.plan(true);
        const typed = [...rows.cells.keys()].filter(() => dice.next().value);
        for (const key of typed) rows.cells.set(key, seal(`typed at the last moment into ${key}`));

        rows.write(rows.changes(steps));

        for (const key of typed) expect(rows.readable(key, 'live')).toBe(`typed at the last moment into ${key}`);
      }),
      runs,
    );
  });

  it('can be undone to the byte, but for what was written since', () => {
    fc.assert(
      fc.property(stories, fc.infiniteStream(fc.boolean()), (told, dice) => {
        const rows = new Rows(told);
        const before = new Map(rows.cells);
        const changes = rows.changes(rows.plan(true).steps);
        rows.write(changes);
        const typed = new Map(
          [...rows.cells.keys()].filter(() => dice.next().value).map((key) => [key, seal('since')]),
        );
        for (const [key, value] of typed) rows.cells.set(key, value);

        rows.write(undoChanges(changes, rows.cells));

        for (const [key, cell] of before) expect(rows.cells.get(key)).toBe(typed.get(key) ?? cell);
        expect(undoChanges(changes, rows.cells)).toEqual([]);
      }),
      runs,
    );
  });
});
