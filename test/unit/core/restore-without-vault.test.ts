import { describe, expect, it } from 'vitest';
import { KEY_FILE } from '../../../src/core/guarded-set.ts';
import { brokenVault, KEY_A, KEY_B, keyText, type MalformedKey, observe, regularFile } from './build-observation.ts';
import { decide } from './decide.ts';

/** A watch that trusted key A, whose vault cannot be used now, finds `text` in the key's place. */
function found(text: string, looksLike: MalformedKey['looksLike'], decodesTo: readonly (typeof KEY_A)[]) {
  return decide(
    observe({
      stage: 'guard',
      key: { text, looksLike },
      decodesTo,
      vault: brokenVault(),
      memory: { trusted: KEY_A, files: { [KEY_FILE]: regularFile(keyText(KEY_A)) } },
      database: { kind: 'deferred' },
    }),
  );
}

describe('while the vault cannot be used, a watch', () => {
  it('leaves a key alone that somebody wrote there as hex or with a newline: nobody else has it', () => {
    const { actions, obstacle } = found('the key B, written as hex', 'hex', [KEY_B]);

    expect(actions).toEqual([]);
    expect(obstacle).toBe('vault-broken');
  });

  it('puts the trusted key back where bytes are no key at all, or the very same key written otherwise', () => {
    const rubbish = found('rubbish', 'truncated', []);
    const sameKey = found('the key A, with a newline', 'trailing-newline', [KEY_A]);

    for (const { actions, obstacle } of [rubbish, sameKey]) {
      expect(actions).toMatchObject([{ action: 'restore-file', target: KEY_FILE, fingerprint: KEY_A }]);
      expect(obstacle).toBeNull();
    }
  });
});
