import { describe, expect, it } from 'vitest';
import { mode } from '../../../../src/core/brand.ts';
import {
  answers,
  brokenVault,
  generation,
  KEY_A,
  KEY_B,
  KEY_C,
  observe,
  regularFile,
  type Scene,
  valuesOf,
  vaultOf,
} from '../build-observation.ts';
import { decide } from '../decide.ts';
import { captureFirst } from '../expected-actions.ts';

const DEAD = answers(valuesOf({}, { class: 'token' }));

describe('sealed values seen, and no candidate authenticates any: lost', () => {
  it.each<[string, Scene]>([
    ['a well-formed key', { key: KEY_A }],
    ['no key and keys in the vault', { key: 'absent', vault: vaultOf(generation(1), generation(2, { key: KEY_B })) }],
    ['no key and an empty vault', { key: 'absent', vault: vaultOf() }],
  ])('touches nothing with %s', (_, scene) => {
    const decision = decide(observe({ ...scene, database: DEAD }));

    expect(decision).toEqual({ verdict: 'lost', need: 'nothing', obstacle: 'lost', actions: [], codes: ['key-lost'] });
  });

  it('saves a well-formed key that the vault does not know and touches nothing else', () => {
    const decision = decide(observe({ key: KEY_C, database: DEAD }));

    expect(decision).toMatchObject({ verdict: 'lost', obstacle: 'lost', actions: [captureFirst(KEY_C)] });
  });

  it('saves malformed bytes and touches nothing else', () => {
    const key = { text: 'no key at all', looksLike: 'truncated' } as const;

    const decision = decide(observe({ key, database: DEAD }));

    expect(decision).toMatchObject({ verdict: 'lost', obstacle: 'lost', actions: [captureFirst(null)] });
    expect(decision.codes).toEqual(['key-malformed', 'key-lost']);
  });

  it('holds for malformed bytes whose decoded form opens nothing either', () => {
    const key = { text: 'hex', looksLike: 'hex' } as const;

    const decision = decide(observe({ key, decodesTo: [KEY_B], database: DEAD }));

    expect(decision.verdict).toBe('lost');
  });

  it('is not said when decoded bytes open a value', () => {
    const key = { text: 'hex', looksLike: 'hex' } as const;
    const database = answers(valuesOf({ under: [KEY_B] }));

    const decision = decide(observe({ key, decodesTo: [KEY_B], vault: vaultOf(), database }));

    expect(decision.verdict).toBe('malformed');
  });

  it('is said of sealed tokens alone', () => {
    const database = answers(valuesOf({ class: 'token' }));

    const decision = decide(observe({ database }));

    expect(decision.verdict).toBe('lost');
  });

  it.each([
    ['clear text in a token column', { class: 'token', shaped: false }],
    ['clear text in a setting', { shaped: false }],
    ['a sealed shape in a column that this version does not seal', { sealedColumn: false }],
  ] as const)('is not said of %s, which was never sealed', (_, spec) => {
    const decision = decide(observe({ database: answers(valuesOf(spec)) }));

    expect(decision.verdict).toBe('unproven');
  });

  it('restores nothing although optional files and config_db.php are absent too', () => {
    const vault = vaultOf(generation(1, { texts: { 'local_define.php': 'define' } }));

    const decision = decide(observe({ key: 'absent', files: { 'config_db.php': null }, vault, database: DEAD }));

    expect(decision.actions).toEqual([]);
  });

  it('repairs neither owner nor mode', () => {
    const files = { 'config_db.php': regularFile('settings', { mode: mode(0) }) };

    const decision = decide(observe({ files, database: DEAD }));

    expect(decision.actions).toEqual([]);
  });

  it.each([
    ['vault-broken', brokenVault()],
    ['identity-missing', brokenVault('vault-identity-missing')],
    ['identity-missing', vaultOf(generation(1, { sealed: true }))],
  ] as const)('names %s where the vault may hold the key, and touches nothing', (obstacle, vault) => {
    const files = { 'config_db.php': regularFile('settings', { mode: mode(0) }) };

    const decision = decide(observe({ key: 'absent', files, vault, database: DEAD }));

    expect(decision).toMatchObject({ verdict: 'lost', obstacle, actions: [] });
  });

  it('is not blamed on a sealed generation that holds no key', () => {
    const vault = vaultOf(generation(1, { sealed: true, key: null }));

    const decision = decide(observe({ database: DEAD, vault }));

    expect(decision.obstacle).toBe('lost');
  });
});
