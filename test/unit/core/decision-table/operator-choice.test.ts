import { describe, expect, it } from 'vitest';
import { touchesGlpi } from '../../../../src/core/action-kind.ts';
import { judge } from '../../../../src/core/judge.ts';
import { plan } from '../../../../src/core/plan.ts';
import {
  answers,
  brokenVault,
  generation,
  IDENTITY,
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
    ['no known key opens anything', { database: answers(valuesOf({})) }],
    ['the other key opens more', { key: KEY_B, database: answers(valuesOf({ under: [KEY_A] })) }],
    ['nothing is sealed', { database: answers([]) }],
    ['the database does not answer', { database: silentDatabase() }],
  ])('replaces the live one when %s', (_, scene) => {
    const wanted = scene.key === KEY_B ? KEY_A : KEY_B;

    const decision = decide(observe({ vault, ...scene }), { wanted });

    expect(decision).toMatchObject({ obstacle: null, actions: [replaceKey(wanted, from(wanted === KEY_A ? 1 : 2))] });
  });

  it.each(['real', 'empty', 'garbled'] as const)('does not replace one that opens a single value, be it %s', (as) => {
    const token = { under: [KEY_A], as, class: 'token' } as const;
    const database = answers(valuesOf(token, { under: [KEY_B] }, { under: [KEY_B] }));

    const decision = decide(observe({ stage: 'guard', vault, database }), { wanted: KEY_B });

    expect(decision).toMatchObject({ verdict: 'mixed', obstacle: 'in-use', actions: [] });
    expect(decision.codes).toContain('key-in-use');
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

  it.each<[string, string, Scene]>([
    ['nothing-known', 'the vault does not know it', {}],
    [
      'nothing-known',
      'malformed bytes decode to another one',
      { key: { text: 'hex', looksLike: 'hex' }, decodesTo: [KEY_C] },
    ],
    [
      'identity-missing',
      'its generation is sealed',
      { vault: vaultOf(generation(1), generation(2, { key: KEY_B, sealed: true })) },
    ],
    ['vault-broken', 'the vault cannot be read', { vault: brokenVault() }],
  ])('is held up by %s when %s', (obstacle, _, scene) => {
    const decision = decide(observe({ database: answers([]), ...scene }), { wanted: KEY_B });

    expect(decision.obstacle).toBe(obstacle);
    expect(decision.actions).not.toContainEqual(expect.objectContaining({ action: 'restore-file' }));
  });
});

describe('a capture that an operator asks for', () => {
  it('writes a generation and puts nothing back', () => {
    const texts = { 'local_define.php': 'define' };
    const scene = { files: { 'config_db.php': null, 'glpi.key': 'legacy' }, vault: vaultOf(generation(1, { texts })) };

    const decision = decide(observe(scene), { scope: 'captures' });

    expect(decision).toMatchObject({ verdict: 'sound', obstacle: null, actions: [capture(['glpi.key'])] });
  });

  it("saves a key that is not the instance's, and leaves it in its place", () => {
    const decision = decide(observe({ key: KEY_B }), { scope: 'captures' });

    expect(decision).toMatchObject({ verdict: 'wrong', actions: [captureFirst(KEY_B)] });
  });

  it('has nothing to do where nothing changed', () => {
    expect(decide(observe(), { scope: 'captures' }).actions).toEqual([]);
  });

  it('writes nothing of another database', () => {
    const database = answers([], { identity: { ...IDENTITY, schema: 'staging' } });

    expect(decide(observe({ database }), { scope: 'captures' })).toMatchObject({ obstacle: 'elsewhere', actions: [] });
  });
});

describe('giving values up', () => {
  const [good, dead, clear] = valuesOf({ under: [KEY_A] }, {}, { shaped: false });
  if (good === undefined || dead === undefined || clear === undefined) throw new Error('three values were asked for');
  const database = answers([good, dead, clear]);

  it('names exactly the values that no known key opens', () => {
    const decision = decide(observe({ database }), { scope: 'accept' });

    expect(decision).toMatchObject({
      verdict: 'mixed',
      obstacle: null,
      actions: [{ action: 'accept', target: 'vault', values: [dead.digest, clear.digest] }],
    });
  });

  it('saves an unknown live key first and restores nothing', () => {
    const decision = decide(observe({ key: KEY_C, files: { 'config_db.php': null }, database }), { scope: 'accept' });

    expect(decision.actions).toEqual([captureFirst(KEY_C), expect.objectContaining({ action: 'accept' })]);
  });

  it('has nothing to do where every value opens', () => {
    expect(decide(observe(), { scope: 'accept' })).toMatchObject({ obstacle: null, actions: [] });
  });

  it('waits for a full pass', () => {
    const sample = answers([good, dead], { coverage: 'sample' });

    expect(decide(observe({ database: sample }), { scope: 'accept' })).toMatchObject({
      need: 'full-pass',
      actions: [],
    });
  });

  it('gives nothing up while a key that may open it cannot be read', () => {
    const key = { kind: 'special', type: 'symlink' } as const;

    expect(decide(observe({ key, database }), { scope: 'accept' })).toMatchObject({
      obstacle: 'unreadable',
      actions: [],
    });
  });

  it('gives nothing up while the vault holds keys that no identity opens', () => {
    const sealed = vaultOf(generation(1), generation(2, { key: KEY_B, sealed: true }));

    expect(decide(observe({ vault: sealed, database }), { scope: 'accept' })).toMatchObject({
      obstacle: 'identity-missing',
      actions: [],
    });
  });

  it('gives nothing up of another database, whose values the keys here need not open', () => {
    const elsewhere = answers([good, dead], { identity: { ...IDENTITY, schema: 'staging' } });

    expect(decide(observe({ database: elsewhere }), { scope: 'accept' })).toMatchObject({
      obstacle: 'elsewhere',
      actions: [],
    });
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
