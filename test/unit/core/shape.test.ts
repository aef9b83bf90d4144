import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import {
  boolean,
  dictionary,
  either,
  integer,
  list,
  looseObject,
  Mismatch,
  nullable,
  number,
  object,
  oneOf,
  optional,
  text,
  time,
} from '../../../src/core/shape.ts';

const PERSON = object({
  name: text({ most: 5 }),
  age: optional(integer(0)),
  tags: list(text({ pattern: /^#/ }), 2),
  born: nullable(time()),
});

describe('a shape', () => {
  it('gives back what it lists, and leaves behind what it does not', () => {
    const found = PERSON({ name: 'Ada', tags: ['#a'], born: null, more: true });

    expect(found).toEqual({ name: 'Ada', tags: ['#a'], born: null });
  });

  it('leaves what it does not list as it is where it is loose', () => {
    const found = looseObject({ at: integer() })({ at: 1, more: { any: 'thing' } });

    expect(found).toEqual({ at: 1, more: { any: 'thing' } });
  });

  it.each([
    ['', null],
    ['', []],
    ['name', { tags: [], born: null }],
    ['name', { name: 'Adelaide', tags: [], born: null }],
    ['age', { name: 'Ada', age: 1.5, tags: [], born: null }],
    ['age', { name: 'Ada', age: null, tags: [], born: null }],
    ['tags.1', { name: 'Ada', tags: ['#a', 'b'], born: null }],
    ['tags', { name: 'Ada', tags: ['#a', '#b', '#c'], born: null }],
    ['born', { name: 'Ada', tags: [], born: '2023-02-29T00:00:00Z' }],
  ])('says that it failed at "%s"', (path, value) => {
    expect(PERSON(value)).toEqual(new Mismatch(path));
  });

  it('does not find a member in the prototype', () => {
    const value = JSON.parse('{"__proto__":{"at":1}}');

    expect(object({ at: integer() })(value)).toEqual(new Mismatch('at'));
    expect(object({ constructor: optional(text()) })({})).toEqual({});
  });

  it('keeps a member of any name in a dictionary, and changes no prototype by it', () => {
    const value = JSON.parse('{"__proto__":"x","a":"y"}');

    const found = dictionary(text())(value);

    expect(JSON.stringify(found)).toBe('{"__proto__":"x","a":"y"}');
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
    expect(dictionary(text())({ a: 1 })).toEqual(new Mismatch('a'));
  });

  it('takes the first of several that fits', () => {
    const shape = either(object({ kind: oneOf('a'), of: integer() }), object({ kind: oneOf('b') }));

    expect(shape({ kind: 'b', of: 'x' })).toEqual({ kind: 'b' });
    expect(shape({ kind: 'a' })).toEqual(new Mismatch(''));
  });

  it('takes no number for a truth, and none that is not finite', () => {
    expect([boolean()(0), boolean()(true)]).toEqual([new Mismatch(''), true]);
    expect([number()(Number.NaN), number()(-1.5)]).toEqual([new Mismatch(''), -1.5]);
  });

  it('takes for a time exactly what zod does', () => {
    const parts = fc.tuple(
      fc.integer({ min: 1999, max: 2101 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
      fc.integer({ min: 0, max: 25 }),
      fc.integer({ min: 0, max: 61 }),
      fc.constantFrom('', ':00', ':59', ':60', ':30.5', ':30.123456', ':30.', ':3'),
      fc.constantFrom('Z', '', '+00:00', 'z'),
    );
    const two = (each: number) => String(each).padStart(2, '0');

    fc.assert(
      fc.property(parts, ([year, month, day, hour, minute, second, zone]) => {
        const value = `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}${second}${zone}`;
        expect(time()(value) === value).toBe(z.iso.datetime().safeParse(value).success);
      }),
      { numRuns: 2_000 },
    );
  });
});
