import { describe, expect, it } from 'vitest';
import { judge } from '../../../../src/core/judge.ts';
import { plan, touchesGlpi } from '../../../../src/core/plan.ts';
import {
  answers,
  brokenVault,
  generation,
  KEY_A,
  KEY_B,
  KEY_C,
  observe,
  type Scene,
  silentDatabase,
  valuesOf,
  vaultOf,
} from '../build-observation.ts';
import { decide } from '../decide.ts';
import { capture, captureFirst, createKey, from, replaceKey } from '../expected-actions.ts';

const vault = vaultOf(generation(1), generation(2, { key: KEY_B }));

describe('a key that an operator names', () => {
  it.each<[string, Scene]>([
    ['the live key is sound', { database: answers(valuesOf({ under: [KEY_A] })) }],
    ['no known key opens anything', { database: answers(valuesOf({})) }],
    ['the database does not answer', { database: silentDatabase() }],
  ])('replaces the live one even when %s', (_, scene) => {
    const decision = decide(observe({ vault, ...scene }), { wanted: KEY_B });

    expect(decision).toMatchObject({ obstacle: null, actions: [replaceKey(KEY_B, from(2))] });
  });

  it('decides where several could not be tested', () => {
    const decision = decide(observe({ key: 'absent', vault, database: answers([]) }), { wanted: KEY_A });

    expect(decision.actions).toEqual([createKey(KEY_A, from(1))]);
  });

  it('is put in place only after an unknown live key was saved', () => {
    const decision = decide(observe({ key: KEY_C, vault }), { wanted: KEY_B });

    expect(decision.actions).toEqual([captureFirst(KEY_C), replaceKey(KEY_B, from(2))]);
  });

  it('is left where it is already live', () => {
    const decision = decide(observe({ vault }), { wanted: KEY_A });

    expect(decision.actions).toEqual([capture(['glpicrypt.key'])]);
  });

  it('is not known to the vault: nothing is done', () => {
    const decision = decide(observe(), { wanted: KEY_B });

    expect(decision).toMatchObject({ obstacle: 'nothing-known', actions: [] });
  });

  it('needs an identity when its generation is sealed', () => {
    const sealed = vaultOf(generation(1), generation(2, { key: KEY_B, sealed: true }));

    const decision = decide(observe({ vault: sealed }), { wanted: KEY_B });

    expect(decision).toMatchObject({ obstacle: 'identity-missing', actions: [] });
  });

  it('needs a vault that can be read', () => {
    const decision = decide(observe({ vault: brokenVault() }), { wanted: KEY_B });

    expect(decision).toMatchObject({ obstacle: 'vault-broken', actions: [] });
  });
});

describe('a plan', () => {
  it.each<[string, Scene, boolean]>([
    ['restores the key', { key: 'absent' }, true],
    ['only captures', { vault: vaultOf() }, false],
    ['only saves a lost key', { key: KEY_C, database: answers(valuesOf({})) }, false],
    ['does nothing', {}, false],
  ])('that %s touches GLPI or not', (_, scene, touches) => {
    const observation = observe(scene);

    expect(touchesGlpi(plan(observation, judge(observation), { rescue: 'auto' }))).toBe(touches);
  });
});
