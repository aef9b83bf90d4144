import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/config/duration.ts';
import { InvalidValue } from '../../../src/config/invalid-value.ts';

const ANY = { least: 0, most: Number.MAX_SAFE_INTEGER };

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['2m', 120_000],
    ['6h', 21_600_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ])('reads %s as %i ms', (text, expected) => {
    expect(parseDuration(text, ANY)).toBe(expected);
  });

  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), (duration) => {
        expect(parseDuration(formatDuration(duration), ANY)).toBe(duration);
      }),
    );
  });

  it('is refused in every other form', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/^\d{1,12}(ms|s|m|h|d)$/.test(text)),
        (text) => {
          expect(() => parseDuration(text, ANY)).toThrow(InvalidValue);
        },
      ),
    );
  });

  it.each(['', ' 1s', '1s ', '1.5s', '-1s', '1S', '1 s', '1h30m', 's', '1e3s', '٣s'])('refuses %j', (text) => {
    expect(() => parseDuration(text, ANY)).toThrow(InvalidValue);
  });

  it('suggests seconds where the unit is missing', () => {
    expect(() => parseDuration('30', ANY)).toThrow(expect.objectContaining({ instead: '30s' }));
  });

  it('is refused outside its range, at either end', () => {
    const range = { least: 1_000, most: 60_000 };

    expect(() => parseDuration('999ms', range)).toThrow('too short');
    expect(() => parseDuration('61s', range)).toThrow('too long');
    expect([parseDuration('1s', range), parseDuration('1m', range)]).toEqual([1_000, 60_000]);
  });
});
