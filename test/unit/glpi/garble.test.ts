import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { assess } from '../../../src/glpi/evidence.ts';
import { garbledForms } from '../../../src/glpi/garble.ts';
import { isGarbledFrom, recoverSealed } from '../../../src/glpi/garbled.ts';
import { KeyRing } from '../../../src/glpi/key-ring.ts';
import { LEGACY_CONSTANT } from '../../../src/glpi/legacy.ts';
import { openValue, sealWithNonce } from '../../../src/glpi/sealed-value.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { garbleAs } from './glpi-legacy-twin.ts';
import { placeOf, readRecordings } from './read-fixture.ts';

const VERSIONS = ['9.5.6', '10.0.17', '11.0.6'] as const;
const [OLD, NEW] = [randomBytes(32), randomBytes(32)];
const KEYS = new Map([NEW, OLD].map((key) => [fingerprintOf(key), key]));

const sealed = (plaintext: string | Buffer, key: Buffer) => sealWithNonce(Buffer.from(plaintext), key, randomBytes(24));

/**
 * A value of which 11 makes something that nothing computes back: its nonce turns into both `<` and `&lt;`, which 11
 * writes alike.
 */
function lossy(): { value: string; rubbish: Buffer } {
  const wanted = Buffer.concat([Buffer.from('<&lt;'), randomBytes(19)]);
  const { length } = LEGACY_CONSTANT;
  const nonce = wanted.map((byte, index) => byte + (LEGACY_CONSTANT[(index + length - 1) % length] ?? 0));
  const value = sealWithNonce(Buffer.from('secret'), OLD, Buffer.from(nonce));
  const rubbish = garbleAs('11.0.6', value, LEGACY_CONSTANT);
  const context = { ring: new KeyRing(KEYS), legacyKeys: [LEGACY_CONSTANT], version: '11.0.6' };
  expect(recoverSealed(rubbish, context)).toBeNull();
  return { value, rubbish };
}

describe('what GLPI makes of a value without its key', () => {
  const recordings = readRecordings().filter(({ event }) => event === 'change_key_while_missing');

  it.each(recordings)('is told from the value, as GLPI $glpi_version did it', (recording) => {
    const keyAfter = Buffer.from(recording.key_after_hex ?? '', 'hex');
    const before = new Map(recording.rows_before.map((row) => [placeOf(row), row.value]));
    const garbled = recording.rows_after.filter((row) => row.opens_with_key_before === false);

    const told = garbled.map((row) => {
      const plaintext = openValue(row.value, keyAfter) ?? Buffer.alloc(0);
      return isGarbledFrom(plaintext, before.get(placeOf(row)) ?? '', [LEGACY_CONSTANT]);
    });

    expect(told.length).toBeGreaterThanOrEqual(5);
    expect(told).toEqual(garbled.map(() => true));
  });

  it.each(VERSIONS)('is what %s does, to the byte, also where its unescaping loses some', (version) => {
    for (let count = 0; count < 400; count += 1) {
      const value = sealed('secret', OLD);
      const legacyKey = count % 2 === 0 ? LEGACY_CONSTANT : Buffer.from('legacy key file');

      const forms = garbledForms(value, [LEGACY_CONSTANT, Buffer.from('legacy key file')]);

      expect(forms.map((each) => each.toString('hex'))).toContain(garbleAs(version, value, legacyKey).toString('hex'));
    }
  });

  it('is not claimed of another value, nor of what a person typed', () => {
    const value = sealed('secret', OLD);
    const other = garbleAs('11.0.6', sealed('secret', OLD), LEGACY_CONSTANT);

    expect(isGarbledFrom(other, value, [LEGACY_CONSTANT])).toBe(false);
    expect(isGarbledFrom(Buffer.from('typed in since'), value, [LEGACY_CONSTANT])).toBe(false);
    expect(isGarbledFrom(Buffer.alloc(0), value, [LEGACY_CONSTANT])).toBe(false);
  });
});

describe('a value that was garbled and cannot be computed back', () => {
  it('is destroyed, and the vault has better', () => {
    const { value, rubbish } = lossy();
    const reference = { table: 'glpi_authldaps', column: 'rootdn_passwd', id: 1 };
    const stored = { reference, class: 'setting', sealedColumn: true, value: sealed(rubbish, NEW) } as const;
    const version = '11.0.6';
    const context = { version, legacyKeys: [LEGACY_CONSTANT], accepted: new Set<never>(), escrow: () => value };

    const [evidence] = assess([stored], KEYS, context);

    expect(evidence).toMatchObject({ opens: [{ fingerprint: fingerprintOf(NEW), as: 'garbled' }], better: 'escrow' });
  });
});
