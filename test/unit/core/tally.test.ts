import { describe, expect, it } from 'vitest';
import { countingAmong, counts, strongest, tally, weigh } from '../../../src/core/tally.ts';
import { KEY_A, KEY_B, KEY_C, value, valuesOf } from './build-observation.ts';

describe('counts', () => {
  it.each([
    [
      'a value that opens, wherever it stands',
      { under: [KEY_A], sealedColumn: false, shaped: false, class: 'token' },
      true,
    ],
    ['a sealed setting that nothing opens', {}, true],
    ['a clear setting in a sealed column', { shaped: false }, true],
    ['a sealed token that nothing opens', { class: 'token' }, true],
    ['a clear token', { class: 'token', shaped: false }, false],
    ['a setting in a column that this version does not seal', { sealedColumn: false }, false],
    ['a token in a column that this version does not seal', { sealedColumn: false, class: 'token' }, false],
  ] as const)('tells of %s', (_, spec, expected) => {
    expect(counts(value(spec))).toBe(expected);
  });
});

describe('tally', () => {
  it('counts what a key authenticates, the settings among it, and the real values', () => {
    const values = valuesOf(
      { under: [KEY_A] },
      { under: [KEY_A], class: 'token' },
      { under: [KEY_A], as: 'empty' },
      { under: [KEY_A], as: 'garbled' },
      { under: [KEY_A], ours: true },
      { under: [KEY_B] },
      {},
    );

    expect(tally(values, KEY_A)).toEqual({ authenticates: 5, settings: 4, real: 2, text: 3 });
    expect(tally(values, KEY_B)).toEqual({ authenticates: 1, settings: 1, real: 1, text: 1 });
    expect(tally(values, KEY_C)).toEqual({ authenticates: 0, settings: 0, real: 0, text: 0 });
  });

  it('goes by the opening of the key that is asked about', () => {
    const twice = value({ under: [KEY_A] });
    const values = [{ ...twice, opens: [...twice.opens, { fingerprint: KEY_B, as: 'garbled' as const, ours: false }] }];

    expect(tally(values, KEY_B)).toEqual({ authenticates: 1, settings: 1, real: 0, text: 0 });
  });
});

describe('weigh', () => {
  it('says what all values together are, whichever key is live', () => {
    const values = valuesOf({ under: [KEY_A] }, { under: [KEY_B], as: 'empty' }, { shaped: false });
    const destroyed = { ...value({ under: [KEY_B], as: 'garbled' }), better: 'inverse' as const };

    const weight = weigh([...values, destroyed]);

    expect(weight).toMatchObject({ opened: 3, text: 1, shaped: true, filled: true });
    expect(weight.dead).toEqual([values[2]]);
    expect(weight.destroyed).toEqual([destroyed]);
    expect([...weight.tallies.keys()]).toEqual([KEY_A, KEY_B]);
  });

  it('finds nothing filled and nothing shaped where nothing is', () => {
    expect(weigh(valuesOf({ under: [KEY_A], as: 'empty', shaped: false }))).toMatchObject({
      filled: false,
      shaped: false,
    });
  });

  it('counts a value once that two keys open', () => {
    expect(weigh(valuesOf({ under: [KEY_A, KEY_B] }))).toMatchObject({ opened: 1, text: 1 });
  });

  it('goes through the same values once', () => {
    const values = valuesOf({ under: [KEY_A] });

    expect(weigh(values)).toBe(weigh(values));
    expect(countingAmong(values)).toBe(countingAmong(values));
  });
});

describe('strongest', () => {
  it('is nobody when no key authenticates anything', () => {
    expect(strongest(valuesOf({}, { under: [KEY_C] }), [KEY_A, KEY_B])).toEqual([]);
  });

  it('prefers settings to any number of tokens', () => {
    const tokens = [1, 2, 3].map(() => ({ under: [KEY_B], class: 'token' }) as const);

    expect(strongest(valuesOf({ under: [KEY_A] }, ...tokens), [KEY_A, KEY_B])).toEqual([KEY_A]);
    expect(strongest(valuesOf({ under: [KEY_A] }, ...tokens), [KEY_B, KEY_A])).toEqual([KEY_A]);
  });

  it('lets tokens decide when the settings are even', () => {
    const values = valuesOf({ under: [KEY_A, KEY_B] }, { under: [KEY_B], class: 'token' });

    expect(strongest(values, [KEY_A, KEY_B])).toEqual([KEY_B]);
  });

  it('goes by tokens where no setting is there', () => {
    const token = { class: 'token' } as const;

    expect(strongest(valuesOf({ under: [KEY_A], ...token }), [KEY_B, KEY_A])).toEqual([KEY_A]);
  });

  it('names all keys of a tie, each once', () => {
    const values = valuesOf({ under: [KEY_A] }, { under: [KEY_B] });

    expect(strongest(values, [KEY_A, KEY_B, KEY_A, KEY_C])).toEqual([KEY_A, KEY_B]);
  });

  it('forgets a tie when a stronger key comes', () => {
    const values = valuesOf({ under: [KEY_A, KEY_C] }, { under: [KEY_B, KEY_C] });

    expect(strongest(values, [KEY_A, KEY_B, KEY_C])).toEqual([KEY_C]);
  });
});
