import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SETTING_NAMES } from '../../../src/config/declarations.ts';
import { editDistance, nearestName } from '../../../src/config/nearest-name.ts';
import { settingForms } from '../../../src/config/setting-forms.ts';

/** The textbook recursion of the same distance, without its table. */
function slowDistance(from: string, to: string): number {
  if (from === '' || to === '') return from.length + to.length;
  const last = from.at(-1) === to.at(-1) ? 0 : 1;
  const choices = [
    slowDistance(from.slice(0, -1), to) + 1,
    slowDistance(from, to.slice(0, -1)) + 1,
    slowDistance(from.slice(0, -1), to.slice(0, -1)) + last,
  ];
  if (from.length > 1 && to.length > 1 && from.at(-1) === to.at(-2) && from.at(-2) === to.at(-1)) {
    choices.push(slowDistance(from.slice(0, -2), to.slice(0, -2)) + 1);
  }
  return Math.min(...choices);
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });

describe('the distance of two names', () => {
  it('is what the textbook recursion says', () => {
    fc.assert(
      fc.property(word, word, (from, to) => {
        expect(editDistance(from, to)).toBe(slowDistance(from, to));
      }),
      { numRuns: 200 },
    );
  });

  it('is the same in both directions, and 0 for equal names alone', () => {
    fc.assert(
      fc.property(word, word, (from, to) => {
        expect(editDistance(from, to)).toBe(editDistance(to, from));
        expect(editDistance(from, to) === 0).toBe(from === to);
      }),
    );
  });
});

describe('the nearest name', () => {
  const variables = settingForms().map((each) => each.variable);

  it('finds a variable again after any one letter was lost, but for what then is another one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...variables), fc.nat(), (variable, seed) => {
        const place = 'KEYKEEPER_'.length + (seed % (variable.length - 'KEYKEEPER_'.length));
        const misspelt = variable.slice(0, place) + variable.slice(place + 1);

        expect(nearestName(misspelt, variables)).toBe(variable);
      }),
    );
  });

  it('minds neither case nor the marks between words', () => {
    expect(nearestName('config-dir', SETTING_NAMES)).toBe('configDir');
    expect(nearestName('AGE_RECIPIENTS', SETTING_NAMES)).toBe('ageRecipients');
  });

  it.each([
    ['setle', 'settle'],
    ['itnerval', 'interval'],
    ['loglvl', 'logLevel'],
    ['databasePass', 'databasePassword'],
  ])('takes %s for %s', (written, meant) => {
    expect(nearestName(written, SETTING_NAMES)).toBe(meant);
  });

  it('is none where nothing is near', () => {
    expect(nearestName('zzzzzz', SETTING_NAMES)).toBeNull();
    expect(nearestName('', SETTING_NAMES)).toBeNull();
    expect(nearestName('x', SETTING_NAMES)).toBeNull();
  });
});
