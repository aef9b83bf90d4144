import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Fingerprint, Sha256 } from '../../../src/core/brand.ts';
import type { StoredValue } from '../../../src/core/value.ts';
import { assess, type EvidenceContext } from '../../../src/glpi/evidence.ts';
import { LEGACY_CONSTANT } from '../../../src/glpi/legacy.ts';
import { sealWithNonce } from '../../../src/glpi/sealed-value.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { valueDigest } from '../../../src/glpi/value-digest.ts';
import { sealValue } from '../../../src/glpi/value-sealer.ts';
import { garbleAs } from './glpi-legacy-twin.ts';
import { placeOf, type RecordedRow, readRecordings } from './read-fixture.ts';

const [LIVE, OLD, STRANGER] = [randomBytes(32), randomBytes(32), randomBytes(32)];

/** Sealed by GLPI: the nonce is any. */
const sealed = (text: string | Buffer, key: Buffer) => sealWithNonce(Buffer.from(text), key, randomBytes(24));

function ringOf(...keys: Buffer[]): Map<Fingerprint, Buffer> {
  return new Map(keys.map((key) => [fingerprintOf(key), key]));
}

function contextOf(changes: Partial<EvidenceContext> = {}): EvidenceContext {
  return { version: '11.0.6', legacyKeys: [LEGACY_CONSTANT], accepted: new Set(), escrow: () => undefined, ...changes };
}

function stored(value: string, id = 1): StoredValue {
  const reference = { table: 'glpi_authldaps', column: 'rootdn_passwd', id };
  return { reference, class: 'setting', sealedColumn: true, value };
}

function assessed(value: string, changes: Partial<EvidenceContext> = {}) {
  const [evidence] = assess([stored(value)], ringOf(LIVE, OLD), contextOf(changes));
  return { opens: evidence?.opens, better: evidence?.better };
}

describe('the evidence of a value', () => {
  it('names the key that opens it', () => {
    const values = [
      stored(sealed('one', OLD), 1),
      stored(sealed('two', LIVE), 2),
      stored(sealed('three', STRANGER), 3),
    ];

    const evidence = assess(values, ringOf(LIVE, OLD), contextOf());

    expect(evidence.map(({ opens }) => opens)).toEqual([
      [{ fingerprint: fingerprintOf(OLD), as: 'real', ours: false }],
      [{ fingerprint: fingerprintOf(LIVE), as: 'real', ours: false }],
      [],
    ]);
  });

  it('carries place, class, shape and digest of the value, and not the value', () => {
    const value = sealed('one', LIVE);
    const token: StoredValue = {
      reference: { table: 'glpi_users', column: 'api_token', id: 7 },
      class: 'token',
      sealedColumn: false,
      value: 'clear',
    };

    const evidence = assess([stored(value), token], ringOf(LIVE), contextOf());

    expect([...evidence]).toMatchObject([
      {
        reference: stored(value).reference,
        class: 'setting',
        sealedColumn: true,
        shaped: true,
        digest: valueDigest(stored(value).reference, value),
      },
      {
        reference: token.reference,
        class: 'token',
        sealedColumn: false,
        shaped: false,
        digest: valueDigest(token.reference, 'clear'),
      },
    ]);
    expect(JSON.stringify(evidence)).not.toContain(value);
  });

  it('tells what Keykeeper sealed from what GLPI did', () => {
    expect(assessed(sealValue(Buffer.from('x'), LIVE)).opens?.[0]?.ours).toBe(true);
    expect(assessed(sealed('x', LIVE)).opens?.[0]?.ours).toBe(false);
  });

  it('leaves out what a person has given up, at its place alone', () => {
    const value = sealed('dead', STRANGER);
    const accepted = new Set<Sha256>([valueDigest(stored(value, 1).reference, value)]);

    const evidence = assess([stored(value, 1), stored(value, 2)], ringOf(LIVE), contextOf({ accepted }));

    expect(evidence.map(({ reference }) => reference.id)).toEqual([2]);
  });

  it('calls a value garbled only if its inverse opens under a known key', () => {
    const garbled = (inner: Buffer) => sealed(garbleAs('11.0.6', sealed('secret', inner), LEGACY_CONSTANT), LIVE);

    expect(assessed(garbled(OLD))).toMatchObject({ opens: [{ as: 'garbled' }], better: 'inverse' });
    expect(assessed(garbled(STRANGER))).toMatchObject({ opens: [{ as: 'real' }], better: null });
  });

  it('calls a sealed ciphertext garbled if it opens itself', () => {
    expect(assessed(sealed(sealed('secret', OLD), LIVE))).toMatchObject({
      opens: [{ as: 'garbled' }],
      better: 'inverse',
    });
    expect(assessed(sealed(sealed('secret', STRANGER), LIVE))).toMatchObject({ opens: [{ as: 'real' }], better: null });
  });

  it('knows something better than a sealed empty string only where the escrow opens to something real', () => {
    const empty = sealed('', LIVE);

    const betterWith = (kept: string | undefined) => assessed(empty, { escrow: () => kept }).better;

    expect(assessed(empty).opens).toEqual([{ fingerprint: fingerprintOf(LIVE), as: 'empty', ours: false }]);
    expect(betterWith(sealed('secret', OLD))).toBe('escrow');
    expect(betterWith(sealed('', OLD))).toBeNull();
    expect(betterWith(empty)).toBeNull();
    expect(betterWith(sealed('secret', STRANGER))).toBeNull();
    expect(betterWith(sealed(sealed('secret', OLD), OLD))).toBeNull();
    expect(betterWith(undefined)).toBeNull();
  });

  it('prefers the escrow to the inverse where what was garbled had been wiped before', () => {
    const value = sealed(garbleAs('11.0.6', sealed('', OLD), LEGACY_CONSTANT), LIVE);

    expect(assessed(value).better).toBe('inverse');
    expect(assessed(value, { escrow: () => sealed('secret', OLD) }).better).toBe('escrow');
  });

  it('asks the escrow for nothing that is real', () => {
    const escrow = () => {
      throw new Error('not to be asked');
    };

    expect(assessed(sealed('secret', LIVE), { escrow }).better).toBeNull();
  });
});

describe('the evidence of the recorded accidents', () => {
  const values = (rows: readonly RecordedRow[]): StoredValue[] =>
    rows
      .filter(({ value }) => value !== '')
      .map(({ table, column, id, json_path, value }) => ({
        reference: { table, column, id, ...(json_path === undefined ? {} : { jsonPath: json_path }) },
        class: 'setting',
        sealedColumn: true,
        value,
      }));

  it.each(readRecordings())('$event on $glpi_version: each key opens what it opened for GLPI', (recording) => {
    const keys = [recording.key_after_hex, recording.key_before_hex].flatMap((key) =>
      key ? [Buffer.from(key, 'hex')] : [],
    );
    const [after, before] = [fingerprintOf(keys[0] ?? LIVE), fingerprintOf(keys.at(-1) ?? LIVE)];

    const evidence = assess(
      values(recording.rows_after),
      ringOf(...keys),
      contextOf({ version: recording.glpi_version }),
    );

    const rows = recording.rows_after.filter(({ value }) => value !== '');
    expect(evidence.map(({ opens }) => opens.some(({ fingerprint }) => fingerprint === after))).toEqual(
      rows.map((row) => row.opens_with_key_after === true),
    );
    expect(evidence.map(({ opens }) => opens.some(({ fingerprint }) => fingerprint === before))).toEqual(
      rows.map((row) => row.opens_with_key_before === true),
    );
  });

  it.each(readRecordings().filter(({ event }) => /^change_key_while_(missing|wrong)$/.test(event)))(
    '$event on $glpi_version: each destroyed value is known, and where something better is',
    (recording) => {
      const keys = ringOf(
        ...[recording.key_after_hex ?? '', recording.key_before_hex].map((key) => Buffer.from(key, 'hex')),
      );
      const before = new Map(recording.rows_before.map((row) => [placeOf(row), row.value]));
      const escrow: EvidenceContext['escrow'] = ({ table, column, id, jsonPath }) =>
        before.get([table, column, id, jsonPath ?? ''].join(' '));
      const destroyed = recording.rows_after.filter((row) => row.opens_with_key_before === false);

      const evidence = assess(values(destroyed), keys, contextOf({ version: recording.glpi_version, escrow }));

      const missing = recording.event === 'change_key_while_missing';
      const expected = missing ? { as: 'garbled', better: 'inverse' } : { as: 'empty', better: 'escrow' };
      expect(evidence.map(({ opens, better }) => ({ as: opens[0]?.as, better }))).toEqual(
        destroyed.map(() => expected),
      );
    },
  );
});
