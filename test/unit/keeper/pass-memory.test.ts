import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/brand.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { circumstancesOf, LastResult } from '../../../src/keeper/pass-memory.ts';

describe('what one pass leaves to the next', () => {
  it('is taken again in the same circumstances alone, and only the last is', async () => {
    const last = new LastResult<string>();
    const made: string[] = [];
    const of = (circumstances: string) =>
      last.of(circumstances, () => {
        made.push(circumstances);
        return `result of ${circumstances}`;
      });

    const results = [await of('a'), await of('a'), await of('b'), await of('a')];

    expect(results).toEqual(['result of a', 'result of a', 'result of b', 'result of a']);
    expect(made).toEqual(['a', 'b', 'a']);
  });

  it('is made anew after the work has failed', async () => {
    const last = new LastResult<string>();
    const failing = last.of('a', () => Promise.reject(new Error('the database went away')));

    await expect(failing).rejects.toThrow('went away');
    expect(await last.of('a', () => 'made')).toBe('made');
  });

  it('counts for nothing where a value, a key, the order of the keys, the version or what was given up is another', () => {
    const keys = [randomBytes(32), randomBytes(32)].map((key) => [fingerprintOf(key), key] as const);
    const keyring = (of: typeof keys) => ({ keys: new Map(of), candidates: [] });
    const [digest, other] = [sha256('1'.repeat(64)), sha256('2'.repeat(64))];
    const look = { keyring: keyring(keys), legacyKeys: [Buffer.from('legacy')], accepted: new Set<never>() };

    const names = [
      circumstancesOf(digest, '10.0.17', look),
      circumstancesOf(other, '10.0.17', look),
      circumstancesOf(digest, null, look),
      circumstancesOf(digest, '10.0.17', { ...look, keyring: keyring(keys.toReversed()) }),
      circumstancesOf(digest, '10.0.17', { ...look, keyring: keyring(keys.slice(1)) }),
      circumstancesOf(digest, '10.0.17', { ...look, legacyKeys: [Buffer.from('another')] }),
      circumstancesOf(digest, '10.0.17', { ...look, accepted: new Set([other]) }),
    ];

    expect(new Set(names).size).toBe(names.length);
  });
});
