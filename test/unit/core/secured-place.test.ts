import { describe, expect, it } from 'vitest';
import { MOST_PLACES, mergePlaces, type SecuredPlace } from '../../../src/core/secured-place.ts';

const COLUMN: SecuredPlace = { table: 'glpi_plugin_a', column: 'secret' };
const OTHERS: readonly SecuredPlace[] = [
  { ...COLUMN, table: 'glpi_plugin_b' },
  { ...COLUMN, column: 'token' },
  { ...COLUMN, jsonPath: '$.secret' },
  { ...COLUMN, context: 'plugin:a' },
  { ...COLUMN, name: 'password' },
];

describe('the places that a deep search found', () => {
  it('are kept once each, what was known first, whatever tells them apart', () => {
    const again = OTHERS.map((each) => ({ ...each }));

    expect(mergePlaces([COLUMN, ...OTHERS], [...again, COLUMN])).toEqual([COLUMN, ...OTHERS]);
    expect(mergePlaces([], OTHERS)).toEqual(OTHERS);
  });

  it('do not run into each other where a name ends as the next begins', () => {
    const one = { table: 'glpi_a', column: 'bc' };
    const other = { table: 'glpi_ab', column: 'c' };

    expect(mergePlaces([one], [other])).toEqual([one, other]);
  });

  it('are no more than any instance has', () => {
    const many = Array.from({ length: MOST_PLACES + 5 }, (_, index) => ({ ...COLUMN, column: `c${index}` }));

    expect(mergePlaces(many.slice(0, 3), many)).toEqual(many.slice(0, MOST_PLACES));
  });
});
