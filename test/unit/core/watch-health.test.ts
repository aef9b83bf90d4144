import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/core/judge.ts';
import { keyIsSafe } from '../../../src/core/watch-health.ts';
import {
  answers,
  generation,
  IDENTITY,
  KEY_A,
  KEY_B,
  observe,
  type Scene,
  silentDatabase,
  valuesOf,
  vaultOf,
} from './build-observation.ts';

const TWO_KEYS = vaultOf(generation(1), generation(2, { key: KEY_B }));

describe('the health of a watch', () => {
  it.each<[string, Scene]>([
    ['a sound key', {}],
    ['a damaged value', { database: answers(valuesOf({ under: [KEY_A], as: 'empty', better: 'escrow' })) }],
    ['mixed rows', { database: answers(valuesOf({ under: [KEY_A] }, {})) }],
    ['a key with nothing to open', { database: answers([]) }],
    ['a database that does not answer', { database: silentDatabase() }],
    ['a first install', { key: 'absent', vault: vaultOf(), database: answers([]) }],
  ])('is good with %s', (_, scene) => {
    expect(keyIsSafe(judge(observe(scene)))).toBe(true);
  });

  it.each<[string, Scene]>([
    ['an absent key', { key: 'absent' }],
    ['a malformed key', { key: { text: 'x', looksLike: 'truncated' } }],
    ['an unreadable key', { key: { kind: 'special', type: 'fifo' } }],
    ['a wrong key', { key: KEY_B, vault: TWO_KEYS }],
    ['a lost instance', { database: answers(valuesOf({})) }],
    [
      'a sound key of another database',
      { database: answers(valuesOf({ under: [KEY_A] }), { identity: { ...IDENTITY, schema: 'staging' } }) },
    ],
  ])('is bad with %s', (_, scene) => {
    expect(keyIsSafe(judge(observe(scene)))).toBe(false);
  });
});
