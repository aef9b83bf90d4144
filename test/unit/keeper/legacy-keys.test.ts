import { describe, expect, it } from 'vitest';
import { LEGACY_CONSTANT } from '../../../src/glpi/legacy.ts';
import { legacyKeysOf } from '../../../src/keeper/legacy-keys.ts';
import { generation, regularFile } from '../core/build-observation.ts';

const kept = (number: number, text: string) => generation(number, { texts: { 'glpi.key': text } });

describe('legacyKeysOf', () => {
  it('tries the live file first, then those that the vault kept, each once, and the constant last', () => {
    const keys = legacyKeysOf(regularFile('live'), [kept(3, 'newer'), kept(2, 'live'), kept(1, 'older')]);

    expect(keys.map(String)).toEqual(['live', 'newer', 'older', LEGACY_CONSTANT.toString()]);
  });

  it('knows the constant alone where there never was a file, or an empty one', () => {
    expect(legacyKeysOf({ kind: 'absent' }, [kept(1, ''), generation(2)])).toEqual([LEGACY_CONSTANT]);
  });

  it('tries eight of them at most', () => {
    const many = Array.from({ length: 9 }, (_, index) => kept(9 - index, `text ${index}`));

    expect(legacyKeysOf({ kind: 'absent' }, many)).toHaveLength(9);
  });
});
