import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint, type Sha256, sha256 } from '../../../src/core/brand.ts';
import type { Generation } from '../../../src/core/generation.ts';
import { retain } from '../../../src/vault/retention.ts';

const now = new Date('2026-06-30T12:00:00Z');
const DAY = 24 * 60 * 60 * 1000;

interface Sketch {
  readonly contents: string;
  readonly key?: string | null;
  readonly proven?: boolean;
  readonly escrow?: number;
  readonly daysAgo?: number;
  readonly database?: boolean;
  /** Sealed without a digest: what it holds cannot be told. */
  readonly opaque?: boolean;
}

function generationOf(sketch: Sketch, number: number): Generation {
  const { contents, key = 'k', proven = false, escrow = 0, daysAgo = 100, database = false, opaque = false } = sketch;
  return {
    id: hash(`id ${number}`),
    number,
    instance: 'glpi',
    createdAt: new Date(now.getTime() - daysAgo * DAY).toISOString(),
    reason: 'capture',
    fingerprint: key === null ? null : fingerprint(hash(key).slice(0, 16)),
    proof: proven ? { tested: 1, opened: 1, real: 1, at: now.toISOString() } : null,
    database: database ? { address: 'db:3306', schema: 'glpi', instanceUuid: null, glpiNetworkUuid: null } : null,
    glpiVersion: null,
    files: [],
    removed: [],
    registration: { kind: 'unknown' },
    escrowCount: escrow,
    escrowDigest: escrow === 0 ? null : hash(`escrow ${number}`),
    accepted: [],
    verdict: 'sound',
    sealed: opaque,
    ...(opaque ? {} : { contentsDigest: hash(contents) }),
  };
}

function generationsOf(...sketches: Sketch[]): Generation[] {
  return sketches.map((sketch, index) => generationOf(sketch, index + 1));
}

function hash(text: string): Sha256 {
  return sha256(createHash('sha256').update(text).digest('hex'));
}

function numbers(generations: readonly Generation[]): number[] {
  return generations.map(({ number }) => number);
}

describe('retention', () => {
  it('lets go of repetitions beyond the newest, and keeps what stood at the end of a day for 30 days', () => {
    const generations = generationsOf(
      { contents: 'a', daysAgo: 40 },
      { contents: 'a', daysAgo: 30.2 },
      { contents: 'a', daysAgo: 29.1 },
      { contents: 'a', daysAgo: 29 },
      { contents: 'a', daysAgo: 3 },
      { contents: 'a', daysAgo: 0.2 },
      { contents: 'a', daysAgo: 0.1 },
    );

    const { keep, remove } = retain(generations, { now, newest: 1, weeks: 0, months: 0 });

    expect(numbers(keep)).toEqual([2, 4, 5, 7]);
    expect(numbers(remove)).toEqual([1, 3, 6]);
  });

  it('keeps what stood at the end of a week for a year, and at the end of a month for ten years', () => {
    const weekly = Array.from({ length: 600 }, (_, index) => ({ contents: 'a', daysAgo: 7 * (600 - index) - 0.5 }));
    const generations = generationsOf(...weekly);

    const { keep } = retain(generations, { now, newest: 1 });

    const ages = keep.map(({ createdAt }) => (now.getTime() - Date.parse(createdAt)) / DAY);
    expect(ages.filter((age) => age < 365)).toHaveLength(52);
    const older = ages.filter((age) => age >= 380 && age < 3600);
    expect(older.length).toBeGreaterThanOrEqual(105);
    expect(older.length).toBeLessThanOrEqual(107);
    expect(Math.max(...ages)).toBeLessThan(3700);
  });

  it('does not let generations without an escrow take the place of those with one', () => {
    const generations = generationsOf(
      { contents: 'a', escrow: 3, daysAgo: 20.2 },
      { contents: 'a', daysAgo: 20.1 },
      { contents: 'a', escrow: 3, daysAgo: 2 },
      { contents: 'a', daysAgo: 1 },
    );

    const { keep } = retain(generations, { now, newest: 1, weeks: 0, months: 0 });

    expect(numbers(keep)).toEqual([1, 2, 3, 4]);
  });

  it('keeps the newest 50 whatever they hold', () => {
    const generations = generationsOf(...Array.from({ length: 60 }, () => ({ contents: 'a' })));

    expect(numbers(retain(generations, { now }).remove)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it.each<[string, Sketch, Sketch]>([
    ['a key', { contents: 'a', key: 'a' }, { contents: 'b', key: 'b' }],
    ['malformed bytes', { contents: 'a', key: null }, { contents: 'b', key: null }],
    ['a file or registration key beside the same key', { contents: 'a' }, { contents: 'b' }],
    ['the proof of a key', { contents: 'a', proven: true }, { contents: 'a' }],
    ['an escrow', { contents: 'a', escrow: 5 }, { contents: 'a' }],
    ['the record of a database', { contents: 'a', database: true }, { contents: 'a' }],
    ['contents that cannot be told', { contents: 'a', opaque: true }, { contents: 'a', opaque: true }],
  ])('never removes the last that holds %s', (_, last, later) => {
    const generations = generationsOf(last, later, later);

    expect(numbers(retain(generations, { now, newest: 1 }).keep)).toContain(1);
  });

  it('keeps none for being new where that is wished, but what only it holds', () => {
    const generations = generationsOf({ contents: 'a', daysAgo: 5000 }, { contents: 'a', daysAgo: 4999 });

    expect(numbers(retain(generations, { now, newest: 0 }).keep)).toEqual([2]);
  });

  it('never removes the current one', () => {
    const generations = generationsOf({ contents: 'a' }, { contents: 'a' }, { contents: 'a' });

    const { keep } = retain(generations, { now, newest: 1, current: hash('id 2') });

    expect(numbers(keep)).toEqual([2, 3]);
  });

  const aSketch: fc.Arbitrary<Sketch> = fc.record({
    contents: fc.constantFrom('a', 'b', 'c', 'd'),
    key: fc.constantFrom('a', 'b', null),
    proven: fc.boolean(),
    escrow: fc.nat(1),
    daysAgo: fc.double({ min: 0, max: 60, noNaN: true }),
    opaque: fc.constantFrom(false, false, false, true),
  });
  const aVault = fc.array(aSketch, { maxLength: 30 }).map((sketches) => generationsOf(...sketches));

  it('loses nothing that only one holds, whatever the vault', () => {
    fc.assert(
      fc.property(aVault, fc.nat(5), (generations, newest) => {
        const { keep, remove } = retain(generations, { now, newest });

        expect([...numbers(keep), ...numbers(remove)].sort((a, b) => a - b)).toEqual(numbers(generations));
        expect(held(keep)).toEqual(held(generations));
        expect(keep.at(-1)).toBe(generations.at(-1));
      }),
    );
  });

  it('finds a value for as long as it promises, though it was pruned at every capture since', () => {
    const gaps = fc.array(fc.double({ min: 0.01, max: 9, noNaN: true }), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(gaps, fc.double({ min: 0, max: 40, noNaN: true }), (days, quiet) => {
        const total = days.reduce((sum, each) => sum + each, 0) + quiet;
        let age = total;
        const all = days.map((gap, index) => {
          age -= gap;
          return generationOf({ contents: 'a', escrow: 1, daysAgo: age }, index + 1);
        });

        let kept: readonly Generation[] = [];
        for (const generation of all) {
          const at = new Date(generation.createdAt);
          kept = retain([...kept, generation], { now: at, newest: 1 }).keep;
        }

        const held = new Set(retain(kept, { now, newest: 1 }).keep);
        for (const [index, generation] of all.entries()) {
          const next = all[index + 1];
          const until = next === undefined ? now.getTime() : Date.parse(next.createdAt);
          const stood = (until - Date.parse(generation.createdAt)) / DAY;
          const ago = (now.getTime() - until) / DAY;
          const promised = (stood > 1 && ago < 29.9) || (stood > 7 && ago < 365) || (stood > 31 && ago < 3650);
          if (promised) expect(held.has(generation)).toBe(true);
        }
      }),
    );
  });

  it('loses nothing when two keepers prune at once, one with an older view', () => {
    fc.assert(
      fc.property(aVault, fc.nat(30), fc.nat(3), fc.nat(3), (generations, seen, mine, theirs) => {
        const older = retain(generations.slice(0, seen), { now, newest: mine });
        const newer = retain(generations, { now, newest: theirs });

        const gone = new Set([...older.remove, ...newer.remove]);

        expect(held(generations.filter((each) => !gone.has(each)))).toEqual(held(generations));
      }),
    );
  });

  it('finds nothing more to remove the second time', () => {
    fc.assert(
      fc.property(aVault, (generations) => {
        const { keep } = retain(generations, { now, newest: 2 });

        expect(retain(keep, { now, newest: 2 }).remove).toEqual([]);
      }),
    );
  });
});

/** What of a vault must survive: contents, keys, proofs by key, an escrow. */
function held(generations: readonly Generation[]): string[] {
  const all = generations.flatMap((each) => [
    `contents ${each.contentsDigest ?? each.id}`,
    `key ${each.fingerprint}`,
    ...(each.proof === null ? [] : [`proof ${each.fingerprint}`]),
    ...(each.escrowCount === 0 ? [] : ['escrow']),
  ]);
  return [...new Set(all)].sort();
}
