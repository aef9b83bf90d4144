import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EscrowEntry } from '../../../src/core/generation.ts';
import { chunkEscrow, readChunk } from '../../../src/vault/escrow-chunk.ts';
import { escrowDigest } from '../../../src/vault/escrow-digest.ts';
import { entryOf } from './draft-of.ts';

const anEntry: fc.Arbitrary<EscrowEntry> = fc
  .record({
    table: fc.constantFrom('glpi_configs', 'glpi_users'),
    column: fc.constantFrom('value', '2fa'),
    id: fc.nat(2000),
    member: fc.constantFrom({}, { context: 'core', name: 'proxy_passwd' }, { jsonPath: '$.secret' }),
    value: fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()),
  })
  .map(({ table, column, id, member, value }) => ({ reference: { table, column, id, ...member }, value }));

function texts(entries: Iterable<EscrowEntry>): string[] {
  return [...new Set([...entries].map((entry) => JSON.stringify(entry)))].sort();
}

describe('escrow chunks', () => {
  it('give back every value once', () => {
    fc.assert(
      fc.property(fc.array(anEntry, { maxLength: 60 }), (entries) => {
        const { chunks, summary } = chunkEscrow(entries);

        const read = chunks.flatMap(({ text }) => readChunk(text) ?? []);

        expect(texts(read)).toEqual(texts(entries));
        expect(summary.count).toBe(read.length);
      }),
    );
  });

  it('have each value as JSON.stringify writes it, a line each', () => {
    fc.assert(
      fc.property(fc.array(anEntry, { minLength: 1, maxLength: 40 }), (entries) => {
        const lines = entries.map(({ reference: { table, column, ...rest }, value }) =>
          JSON.stringify({ ...rest, value }),
        );

        const written = chunkEscrow(entries).chunks.flatMap(({ text }) => text.split('\n').slice(1, -2));

        expect(new Set(written.map((line) => line.replace(/,$/, '')))).toEqual(new Set(lines));
      }),
    );
  });

  it('are the same for the same values in any order, and others for any other value', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anEntry, { minLength: 1, maxLength: 40, selector: JSON.stringify }), (entries) => {
        expect(escrowDigest([...entries].reverse())).toBe(escrowDigest(entries));
        expect(escrowDigest(entries.slice(1))).not.toBe(escrowDigest(entries));
      }),
    );
  });

  it('of 100,000 values change in one place when one value changes', () => {
    const values = Array.from({ length: 100_000 }, (_, id) => entryOf(id, `sealed ${id}`));
    const before = new Set(chunkEscrow(values).summary.chunks);

    const after = chunkEscrow(values.with(54_321, entryOf(54_321, 'sealed anew'))).summary.chunks;

    expect(after.filter((name) => !before.has(name))).toHaveLength(1);
    expect(before.size).toBe(Math.ceil(100_000 / 256));
  });

  it('of no values are none', () => {
    expect(chunkEscrow([])).toEqual({ chunks: [], summary: { count: 0, digest: null, chunks: [] } });
  });

  it.each(['', '{}', '{"keykeeper":"escrow","format":2}', '[1'])('are not read from %j', (text) => {
    expect(readChunk(text)).toBeNull();
  });
});
