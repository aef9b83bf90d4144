import { describe, expect, it } from 'vitest';
import { judge } from '../../../../src/core/judge.ts';
import type { DatabaseState } from '../../../../src/core/observation.ts';
import {
  answers,
  brokenVault,
  digestOf,
  generation,
  KEY_A,
  KEY_B,
  observe,
  silentDatabase,
  valuesOf,
  vaultOf,
} from '../build-observation.ts';
import { decide } from '../decide.ts';
import { capture, captureFirst } from '../expected-actions.ts';

describe('a well-formed key that authenticates all, not all real where something better is known: damaged', () => {
  it.each([
    ['emptied, and the escrow holds it', 'empty', 'escrow'],
    ['garbled, and the escrow holds it', 'garbled', 'escrow'],
    ['garbled, and the inverse gives it', 'garbled', 'inverse'],
  ] as const)('stays when a value was %s', (_, as, better) => {
    const values = valuesOf({ under: [KEY_A] }, { under: [KEY_A], as, better });

    const decision = decide(observe({ stage: 'guard', database: answers(values) }));

    expect(decision).toEqual({
      verdict: 'damaged',
      need: 'nothing',
      obstacle: null,
      actions: [],
      codes: ['values-destroyed'],
    });
    expect(judge(observe({ database: answers(values) })).destroyed).toEqual([values[1]]);
  });

  it('is said although every value was emptied', () => {
    const database = answers(valuesOf({ under: [KEY_A], as: 'empty', better: 'escrow' }));

    const decision = decide(observe({ database }));

    expect(decision.verdict).toBe('damaged');
  });

  it('is not said where nothing better is known', () => {
    const database = answers(valuesOf({ under: [KEY_A] }, { under: [KEY_A], as: 'empty' }));

    const decision = decide(observe({ database }));

    expect(decision).toMatchObject({ verdict: 'sound', codes: [] });
  });

  it('gives way to mixed where a value does not open', () => {
    const database = answers(valuesOf({ under: [KEY_A], as: 'empty', better: 'escrow' }, {}));

    const decision = decide(observe({ database }));

    expect(decision).toMatchObject({ verdict: 'mixed', codes: ['values-unreadable', 'values-destroyed'] });
  });

  it('captures what differs, unproven where no value is real', () => {
    const database = answers(valuesOf({ under: [KEY_A], as: 'empty', better: 'escrow' }));

    const vault = vaultOf(generation(1, { key: KEY_B }));

    const decision = decide(observe({ stage: 'guard', key: KEY_A, vault, database }));

    expect(decision.actions).toEqual([capture(['glpicrypt.key'], false)]);
  });
});

describe('a well-formed key that authenticates all: sound', () => {
  it('does nothing when the vault has it all', () => {
    const decision = decide(observe());

    expect(decision).toEqual({ verdict: 'sound', need: 'nothing', obstacle: null, actions: [], codes: [] });
  });

  it('writes the first generation', () => {
    const decision = decide(observe({ vault: vaultOf() }));

    expect(decision).toMatchObject({ verdict: 'sound', actions: [capture(['first'])] });
  });

  it('refreshes the escrow when a sealed value changed', () => {
    const database = answers(valuesOf({ under: [KEY_A] }), { escrowDigest: digestOf('other') });

    const decision = decide(observe({ database }));

    expect(decision.actions).toEqual([capture(['escrow'])]);
  });

  it('does not call a key proven that only opens what Keykeeper sealed itself', () => {
    const database = answers(valuesOf({ under: [KEY_A], ours: true }));

    const decision = decide(observe({ vault: vaultOf(), database }));

    expect(decision).toMatchObject({ verdict: 'sound', actions: [capture(['first'], false)] });
  });

  it('is confirmed by a sample alone', () => {
    const database = answers(valuesOf({ under: [KEY_A] }), { coverage: 'sample', escrowDigest: null });

    const decision = decide(observe({ database }));

    expect(decision).toMatchObject({ verdict: 'sound', need: 'nothing', actions: [] });
  });

  it('ignores that an unrelated, older key is in the vault', () => {
    const decision = decide(observe({ vault: vaultOf(generation(1, { key: KEY_B }), generation(2)) }));

    expect(decision).toMatchObject({ verdict: 'sound', actions: [] });
  });

  it('stays sound, and is not captured, beside a broken vault', () => {
    const decision = decide(observe({ vault: brokenVault() }));

    expect(decision).toMatchObject({ verdict: 'sound', obstacle: null, actions: [], codes: ['vault-unreadable'] });
  });

  it('keeps a good vault working beside a damaged file of it', () => {
    const damaged = [{ file: 'generation-2', reason: 'its checksum does not fit' }];
    const vault = { kind: 'ready', generations: [generation(1)], damaged } as const;

    const decision = decide(observe({ vault }));

    expect(decision).toMatchObject({ verdict: 'sound', actions: [], codes: ['generation-damaged'] });
  });

  it('names a key that keeps GLPI 11 from booting, on GLPI 11 alone', () => {
    const values = valuesOf({ under: [KEY_A] });
    const codes = ['11.0.6', '12.0.0-dev', '10.0.17', null].map((version) => {
      return decide(observe({ breaksGlpi11: true, database: answers(values, { version }) })).codes;
    });

    expect(codes).toEqual([['key-breaks-glpi'], ['key-breaks-glpi'], [], []]);
  });
});

describe('a well-formed key with nothing sealed to test, all secrets empty, or no database: unproven', () => {
  it.each<[string, DatabaseState]>([
    ['nothing is sealed', answers([])],
    ['a sealed empty string is all there is', answers(valuesOf({ under: [KEY_A], as: 'empty' }))],
    ['only clear text is there', answers(valuesOf({ shaped: false }))],
    ['clear tokens do not count', answers(valuesOf({ class: 'token', shaped: false }))],
    ['there is no database by choice', { kind: 'none' }],
    ['nothing names a database', { kind: 'unconfigured' }],
    ['the database was not asked', { kind: 'deferred' }],
    ['the database does not answer', silentDatabase()],
  ])('is left alone when %s', (_, database) => {
    const decision = decide(observe({ database }));

    expect(decision).toMatchObject({ verdict: 'unproven', need: 'nothing', obstacle: null, actions: [] });
  });

  it('is captured without a proof', () => {
    const decision = decide(observe({ key: KEY_B, database: answers([]) }));

    expect(decision.actions).toEqual([capture(['glpicrypt.key'], false)]);
  });

  it('is saved at once, and captured later, when the database was not asked', () => {
    const decision = decide(observe({ key: KEY_B, database: { kind: 'deferred' } }));

    expect(decision.actions).toEqual([captureFirst(KEY_B)]);
  });

  it('stays although the vault holds another key that was proven', () => {
    const vault = vaultOf(generation(1), generation(2, { key: KEY_B, proof: null }));

    const decision = decide(observe({ key: KEY_B, vault, database: answers([]) }));

    expect(decision).toMatchObject({ verdict: 'unproven', actions: [] });
  });
});
