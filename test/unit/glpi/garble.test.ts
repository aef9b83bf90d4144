import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
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

/** A value of which the legacy routine makes this text, as it makes any of random bytes. */
function turnsInto(text: string): string {
  const { length } = LEGACY_CONSTANT;
  const bytes = Buffer.from(text, 'latin1');
  const shifted = bytes.map((byte, index) => byte + (LEGACY_CONSTANT[(index + length - 1) % length] ?? 0));
  return Buffer.from(shifted).toString('base64');
}

function formsOf(text: string): string[] {
  return garbledForms(turnsInto(text), [LEGACY_CONSTANT]).map((each) => each.toString('latin1'));
}

/** What the unescaping of 9.5, 10.0 and 11 goes by. */
const PIECES = ['<', '>', '&', '&lt;', '&gt;', '&#38;', '&#60;', '&#62;', '&amp;', '\\', '\\\\', "\\'", '\\"', '\\n'];
const MORE_PIECES = ['\\r', '\\x00', '\\x1a', '\\a', "'", '"', '\n', '\r', '\0', '\x1a', 'n', 'x00', 'a', '\xe7'];

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

  it.each<[string, string[]]>([
    ['a', ['a']],
    ['a&lt;b&gt;', ['a&lt;b&gt;', 'a<b>']],
    ['a&lt;<', ['a&lt;<', 'a<<', 'a&lt;&lt;']],
    ['a&#60;b&#62;&#38;&lt;', ['a&#60;b&#62;&#38;&lt;', 'a&#60;b&#62;&#38;<', 'a<b>&&lt;']],
    ['a&#60;&', ['a&#60;&']],
    ['a&#60;&b;', ['a&#60;&b;', 'a<&b;']],
    ['a&#60;&#x;', ['a&#60;&#x;', 'a<&#x;']],
    ['a\\nb', ['a\\nb', 'a\nb']],
    ['a\\nb\n', ['a\\nb\n']],
    ['a\\nb\r', ['a\\nb\r']],
    ['a\\nb\x1a', ['a\\nb\x1a']],
    ['a\\nb\0', ['a\\nb\0']],
    ["a\\nb'", ["a\\nb'"]],
    ["'a\\nb", ["'a\\nb"]],
    ["a\\nb\\'", ["a\\nb\\'", "a\nb'"]],
    ['a\\"\\x00\\r\\x1a', ['a\\"\\x00\\r\\x1a', 'a"\0\r\x1a']],
    ['a\\\\b', ['a\\\\b', 'a\\b']],
    ['a\\\\\\nb', ['a\\\\\\nb', 'a\\\nb']],
    ['a\\b', ['a\\b']],
    ['a\\\\\\b', ['a\\\\\\b']],
    ['a\\\\nb', ['a\\\\nb']],
    ['a\\nb\\c', ['a\\nb\\c']],
    ['a\\cb\\n', ['a\\cb\\n']],
  ])('is of %j one of %j', (text, forms) => {
    expect(formsOf(text)).toEqual(forms);
  });

  it.each(VERSIONS)('is what %s does, whatever looks escaped in it', (version) => {
    const texts = fc.array(fc.constantFrom(...PIECES, ...MORE_PIECES), { maxLength: 8 }).map((each) => each.join(''));

    fc.assert(
      fc.property(texts, (text) => {
        const twin = garbleAs(version, turnsInto(text), LEGACY_CONSTANT).toString('latin1');

        expect(formsOf(text)).toContain(twin);
      }),
      { numRuns: 300 },
    );
  });

  it('is nothing where the legacy key is empty', () => {
    expect(garbledForms(turnsInto('a'), [Buffer.alloc(0)])).toEqual([]);
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
