import { describe, expect, it } from 'vitest';
import { chooseKey } from '../../../src/core/choose-key.ts';
import { VERDICTS, type Verdict } from '../../../src/core/verdict.ts';
import {
  generation,
  KEY_A,
  KEY_B,
  observe,
  type Scene,
  silentDatabase,
  valuesOf,
  vaultOf,
} from './build-observation.ts';

const vault = vaultOf(generation(1), generation(2, { key: KEY_B, proof: null }));
const TRUSTED_A = { trusted: KEY_A, files: {} };

function choose(scene: Scene, values = valuesOf(), verdict: Verdict = 'missing') {
  return chooseKey(observe({ key: 'absent', vault, database: { kind: 'none' }, ...scene }), verdict, values);
}

describe('chooseKey', () => {
  it.each(VERDICTS.filter((each) => !['missing', 'malformed', 'wrong'].includes(each)))(
    'keeps a live key that is %s',
    (verdict) => {
      expect(choose({}, valuesOf({ under: [KEY_B] }), verdict)).toEqual({ kind: 'keep' });
    },
  );

  it.each(['missing', 'malformed', 'wrong'] as const)('goes by the database when the key is %s', (verdict) => {
    const choice = choose({ memory: { trusted: KEY_B, files: {} } }, valuesOf({ under: [KEY_A] }), verdict);

    expect(choice).toEqual({ kind: 'restore', fingerprint: KEY_A, ground: 'database' });
  });

  it('names the keys of a tie that was tested, newest first', () => {
    const choice = choose({}, valuesOf({ under: [KEY_A] }, { under: [KEY_B] }));

    expect(choice).toEqual({ kind: 'tie', fingerprints: [KEY_B, KEY_A], tested: true });
  });

  it('names the keys of a tie that could not be tested, newest first', () => {
    expect(choose({})).toEqual({ kind: 'tie', fingerprints: [KEY_B, KEY_A], tested: false });
  });

  it('takes the only key', () => {
    const choice = choose({ vault: vaultOf(generation(1)) });

    expect(choice).toEqual({ kind: 'restore', fingerprint: KEY_A, ground: 'only' });
  });

  it('takes the one that was live under this watch', () => {
    expect(choose({ memory: TRUSTED_A })).toEqual({ kind: 'restore', fingerprint: KEY_A, ground: 'memory' });
  });

  it('has nothing to choose from an empty vault', () => {
    expect(choose({ vault: vaultOf() })).toEqual({ kind: 'nothing' });
  });

  it('waits for a silent database at the gate, whatever is remembered', () => {
    expect(choose({ database: silentDatabase(), memory: TRUSTED_A })).toEqual({ kind: 'wait' });
  });

  it('takes the last proven key while watching a silent database', () => {
    const choice = choose({ database: silentDatabase(), stage: 'guard' });

    expect(choice).toEqual({ kind: 'restore', fingerprint: KEY_A, ground: 'last-proven' });
  });

  it('has nothing while watching a silent database when no key was proven', () => {
    const unproven = vaultOf(generation(1, { proof: null }));

    expect(choose({ database: silentDatabase(), stage: 'guard', vault: unproven })).toEqual({ kind: 'nothing' });
  });

  it('takes only what this watch trusted before the database was asked', () => {
    const database = { kind: 'deferred' } as const;

    expect(choose({ database, memory: TRUSTED_A })).toEqual({ kind: 'restore', fingerprint: KEY_A, ground: 'memory' });
    expect(choose({ database, vault: vaultOf(generation(1)) })).toEqual({ kind: 'nothing' });
  });
});
