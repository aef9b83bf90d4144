import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recoverSealed } from '../../../src/glpi/garbled.ts';
import { KeyRing } from '../../../src/glpi/key-ring.ts';
import { LEGACY_CONSTANT } from '../../../src/glpi/legacy.ts';
import { openValue } from '../../../src/glpi/sealed-value.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { sealValue } from '../../../src/glpi/value-sealer.ts';
import { garbleAs } from './glpi-legacy-twin.ts';

const [OLD, NEW, NEWEST, STRANGER] = [randomBytes(32), randomBytes(32), randomBytes(32), randomBytes(32)];

function contextOf(...keys: Buffer[]) {
  const ring = new KeyRing(new Map(keys.map((key) => [fingerprintOf(key), key])));
  return { ring, legacyKeys: [LEGACY_CONSTANT, Buffer.from('legacy key file')], version: '11.0.6' };
}

/** What the plaintext of a value is after `security:change_key` ran without a key. */
const garbled = (value: string, legacyKey = LEGACY_CONSTANT) => garbleAs('11.0.6', value, legacyKey);

describe('the value behind a garbled one', () => {
  it.each([
    ['the constant', LEGACY_CONSTANT],
    ['a glpi.key', Buffer.from('legacy key file')],
  ])('is found where the routine ran with %s', (_, legacyKey) => {
    const value = sealValue(Buffer.from('secret'), OLD);

    const recovered = recoverSealed(garbled(value, legacyKey), contextOf(NEW, OLD));

    expect(recovered).toEqual({ value, fingerprint: fingerprintOf(OLD), plaintext: Buffer.from('secret') });
  });

  it('is found where GLPI sealed a ciphertext that a form had shown', () => {
    const value = sealValue(Buffer.from('secret'), OLD);

    expect(recoverSealed(Buffer.from(value), contextOf(NEW, OLD))?.value).toBe(value);
  });

  it('is dug for no deeper than anybody buries it', () => {
    const layers = [sealValue(Buffer.from('secret'), OLD)];
    for (let depth = 0; depth < 9; depth += 1) layers.unshift(sealValue(Buffer.from(layers[0] ?? ''), OLD));
    const [outermost = '', eighth] = [layers[0], layers[8]];

    const recovered = recoverSealed(openValue(outermost, OLD) ?? Buffer.alloc(0), contextOf(OLD));

    expect(recovered?.value).toBe(eighth);
  });

  it('is found through several accidents on top of each other', () => {
    const value = sealValue(Buffer.from('secret'), OLD);
    const twice = garbled(sealValue(garbled(value), NEW));
    const shown = Buffer.from(sealValue(twice, NEWEST));

    expect(recoverSealed(shown, contextOf(NEWEST, NEW, OLD))?.plaintext.toString()).toBe('secret');
  });

  it('may be empty', () => {
    const recovered = recoverSealed(garbled(sealValue(Buffer.alloc(0), OLD)), contextOf(NEW, OLD));

    expect(recovered?.plaintext).toEqual(Buffer.alloc(0));
  });

  it('is not claimed where no known key proves it, though any 40 bytes have the shape', () => {
    const value = sealValue(Buffer.from('secret'), STRANGER);

    expect(recoverSealed(garbled(value), contextOf(NEW, OLD))).toBeNull();
    expect(recoverSealed(Buffer.from(value), contextOf(NEW, OLD))).toBeNull();
    expect(recoverSealed(randomBytes(90), contextOf(NEW, OLD))).toBeNull();
  });

  it.each(['', 'secret', 'a token of some length: Vq3lq0m1sXoVg0yUeQh1Y5bTzqvXq0Z5xk8k7c2N', 'пароль'.repeat(20)])(
    'does not exist for the real plaintext %j',
    (text) => {
      expect(recoverSealed(Buffer.from(text), contextOf(OLD))).toBeNull();
    },
  );
});

describe('a ring of keys', () => {
  it('opens each value under the key that sealed it, in whatever order they come', () => {
    const keys = [OLD, NEW, NEWEST];
    const ring = new KeyRing(new Map(keys.map((key) => [fingerprintOf(key), key])));

    for (let turn = 0; turn < 30; turn += 1) {
      const key = keys[(turn * turn) % 3] ?? OLD;
      const value = sealValue(Buffer.from(`secret ${turn}`), key);

      const opened = ring.open(value);

      expect(opened?.fingerprint).toBe(fingerprintOf(key));
      expect(opened?.plaintext).toEqual(openValue(value, key));
    }
    expect(ring.open(sealValue(Buffer.from('x'), STRANGER))).toBeNull();
    expect(ring.open('short')).toBeNull();
  });
});
