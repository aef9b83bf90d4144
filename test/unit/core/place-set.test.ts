import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSamePlace, placesOf } from '../../../src/core/place-set.ts';
import { referenceKey } from '../../../src/core/reference-key.ts';
import type { ValueReference } from '../../../src/core/value.ts';

const aReference: fc.Arbitrary<ValueReference> = fc
  .record({
    table: fc.constantFrom('glpi_configs', 'glpi_users'),
    column: fc.constantFrom('value', '2fa'),
    id: fc.nat(3),
    member: fc.constantFrom({}, { context: 'core', name: 'smtp_passwd' }, { jsonPath: '$.secret' }),
  })
  .map(({ member, ...rest }) => ({ ...rest, ...member }));

describe('a set of places', () => {
  it('holds those that were put into it, and a place is what its key as a map names', () => {
    fc.assert(
      fc.property(fc.array(aReference), fc.array(aReference), (inside, asked) => {
        const keys = new Set(inside.map(referenceKey));
        const places = placesOf(inside.map((reference) => ({ reference })));

        expect(asked.map((each) => places.has(each))).toEqual(asked.map((each) => keys.has(referenceKey(each))));
      }),
    );
  });

  it('tells one place from another as the key does', () => {
    fc.assert(
      fc.property(aReference, aReference, (one, other) => {
        expect(isSamePlace(one, other)).toBe(referenceKey(one) === referenceKey(other));
      }),
    );
  });
});
