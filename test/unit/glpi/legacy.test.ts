import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invertGarbled, LEGACY_CONSTANT, legacyDecrypt } from '../../../src/glpi/legacy.ts';
import { openValue, SEALED_MINIMUM_BYTES } from '../../../src/glpi/sealed-value.ts';
import { garbleAs } from './glpi-legacy-twin.ts';
import { placeOf, readRecordings } from './read-fixture.ts';

const VERSIONS = ['9.5.6', '10.0.17', '11.0.6'] as const;

describe('the legacy routine', () => {
  it('has the constant of GLPI in UTF-8', () => {
    expect(LEGACY_CONSTANT.toString('hex')).toBe(
      '474c5049c2a36927736e617273732773c3a7'.replace('732773c3a7', '7327c3a7'),
    );
  });

  it('subtracts the key byte before each place, the last one first', () => {
    const value = Buffer.from([10, 20, 30, 0]).toString('base64');

    expect([...legacyDecrypt(value, Buffer.from([1, 2, 3]))]).toEqual([7, 19, 28, 253]);
  });

  it('refuses an empty key, by whose length PHP would divide', () => {
    expect(() => legacyDecrypt('YWJj', Buffer.alloc(0))).toThrow(RangeError);
    expect(invertGarbled(randomBytes(60), Buffer.alloc(0), null)).toEqual([]);
  });
});

describe('the inverse of the legacy routine', () => {
  const recordings = readRecordings().filter(({ event }) => event === 'change_key_while_missing');

  it.each(recordings)('brings every value back that GLPI $glpi_version garbled', (recording) => {
    const keyBefore = Buffer.from(recording.key_before_hex, 'hex');
    const keyAfter = Buffer.from(recording.key_after_hex ?? '', 'hex');
    const before = new Map(recording.rows_before.map((row) => [placeOf(row), row]));
    const garbled = recording.rows_after.filter((row) => row.opens_with_key_before === false);

    const back = garbled.map((row) => {
      const plaintext = openValue(row.value, keyAfter) ?? Buffer.alloc(0);
      return invertGarbled(plaintext, LEGACY_CONSTANT, recording.glpi_version).find((value) =>
        openValue(value, keyBefore),
      );
    });

    expect(garbled.length).toBeGreaterThanOrEqual(5);
    expect(back).toEqual(garbled.map((row) => before.get(placeOf(row))?.value));
    const opened = back.map((value) => openValue(value ?? '', keyBefore)?.toString('base64'));
    expect(opened).toEqual(garbled.map((row) => before.get(placeOf(row))?.plaintext_base64));
  });

  it.each(VERSIONS)(
    'brings nearly all random values back that %s garbled, with the constant or a key file',
    (version) => {
      const runs = 4000;
      let back = 0;

      for (let run = 0; run < runs; run += 1) {
        const legacyKey = run % 2 === 0 ? LEGACY_CONSTANT : randomBytes(1 + (run % 40));
        // Nonce, ciphertext and tag are random bytes to whoever has no key.
        const value = randomBytes(SEALED_MINIMUM_BYTES + (run % 90)).toString('base64');
        if (invertGarbled(garbleAs(version, value, legacyKey), legacyKey, version).includes(value)) back += 1;
      }

      expect(back / runs).toBeGreaterThan(0.998);
    },
  );

  it('names first what the GLPI of that version most likely had, and what its last GLPI did else', () => {
    const garbled = Buffer.from(`&lt;${'a'.repeat(60)}`);
    const first = (version: string | null) => {
      const [sealed = ''] = invertGarbled(garbled, LEGACY_CONSTANT, version);
      return legacyDecrypt(sealed, LEGACY_CONSTANT).toString('latin1').slice(0, 4);
    };

    expect(first('9.5.6')).toBe('&lt;');
    expect(['10.0.17', '11.0.6', '19.0', null].map(first)).toEqual(['<aaa', '<aaa', '<aaa', '<aaa']);
    expect(invertGarbled(garbled, LEGACY_CONSTANT, '9.5.6')).toHaveLength(2);
  });

  it('escapes again what 10.0 took for escaped SQL', () => {
    const parts = fc.constantFrom(
      '\\\\',
      "\\'",
      '\\"',
      '\\n',
      '\\r',
      '\\x00',
      '\\x1a',
      'n',
      'r',
      'x00',
      'a',
      ' ',
      '\x80',
    );

    fc.assert(
      fc.property(fc.array(parts, { minLength: 40, maxLength: 80 }), (result) => {
        const bytes = Buffer.from(result.join(''), 'latin1');
        const value = Buffer.from(bytes.map((byte, index) => byte + keyByteAt(index))).toString('base64');

        expect(invertGarbled(garbleAs('10.0.17', value, LEGACY_CONSTANT), LEGACY_CONSTANT, '10.0.17')).toContain(value);
      }),
    );
  });

  it('tries the ways of all versions, for the version may have changed since', () => {
    for (const [garbledBy, now] of [
      ['11.0.6', '10.0.17'],
      ['10.0.17', '11.0.6'],
      ['9.5.6', '11.0.6'],
      ['11.0.6', null],
    ] as const) {
      const value = Buffer.alloc(60, 0x3c + keyByteAt(0)).toString('base64');

      const candidates = invertGarbled(
        garbleAs(garbledBy, value, Buffer.from([keyByteAt(0)])),
        Buffer.from([keyByteAt(0)]),
        now,
      );

      expect(candidates).toContain(value);
      expect(candidates.length).toBeLessThanOrEqual(3);
    }
  });

  it('names nothing for a plaintext that is too short to have been a sealed value', () => {
    expect(invertGarbled(Buffer.from('secret'), LEGACY_CONSTANT, '10.0.17')).toEqual([]);
  });
});

function keyByteAt(index: number): number {
  return LEGACY_CONSTANT[(index + LEGACY_CONSTANT.length - 1) % LEGACY_CONSTANT.length] ?? 0;
}
