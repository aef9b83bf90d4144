import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Sha256, sha256 } from '../../../src/core/brand.ts';
import type { Generation } from '../../../src/core/generation.ts';
import type { StoredValue, ValueReference } from '../../../src/core/value.ts';
import type { Database, Identification } from '../../../src/glpi/database/database.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { sealValue } from '../../../src/glpi/value-sealer.ts';
import { assessValues } from '../../../src/keeper/assess-values.ts';
import { EscrowPlaces } from '../../../src/keeper/escrow-places.ts';
import type { DatabaseLook } from '../../../src/keeper/observe-database.ts';
import { passMemory } from '../../../src/keeper/pass-memory.ts';

const [BEFORE, AFTER] = [sha256('1'.repeat(64)), sha256('2'.repeat(64))];
const VALUES = 3;

function placeOf(id: number): { readonly reference: ValueReference } {
  return { reference: { table: 'glpi_users', column: 'api_token', id } };
}

describe('the places of an escrow', () => {
  it('are known again, whatever stands in them', () => {
    const places = new EscrowPlaces();
    places.remember(BEFORE, [placeOf(1), placeOf(2)]);

    expect(places.are(BEFORE, [placeOf(1), placeOf(2)])).toBe(true);
  });

  it.each([
    ['one is missing', [placeOf(1)]],
    ['one is new', [placeOf(1), placeOf(2), placeOf(3)]],
    ['one is another', [placeOf(1), placeOf(12)]],
  ])('are others where %s', (_, others) => {
    const places = new EscrowPlaces();
    places.remember(BEFORE, [placeOf(1), placeOf(2)]);

    expect(places.are(BEFORE, others)).toBe(false);
  });

  it('say nothing of another escrow', () => {
    const places = new EscrowPlaces();

    expect(places.are(AFTER, [])).toBe(false);
    places.remember(BEFORE, []);
    expect(places.are(AFTER, [])).toBe(false);
    expect(places.are(null, [])).toBe(false);
  });
});

describe('after a rotation', () => {
  it('the escrow is not read where every place holds something real, and is where one no longer does', async () => {
    const scene = await rotated();

    await scene.assess(scene.resealed);
    expect(scene.wanted).toEqual([]);

    await scene.assess(scene.resealed.slice(1));
    expect(scene.wanted).toEqual([[1]]);
  });

  it('the escrow is read where a value might be what GLPI made of another', async () => {
    const scene = await rotated();
    const odd = Buffer.concat([Buffer.from([0xff, 0xfe]), randomBytes(40)]);

    await scene.assess([scene.sealed(1, odd, scene.next), ...scene.resealed.slice(1)]);

    expect(scene.wanted).toEqual([[1]]);
  });
});

/** A look before the rotation has seen that the vault's escrow is what stands in the rows. */
async function rotated() {
  const [key, next] = [randomBytes(32), randomBytes(32)];
  const memory = passMemory();
  const wanted: number[][] = [];
  const sealed = (id: number, text: Buffer, under: Buffer): StoredValue => {
    return { ...placeOf(id), class: 'token', sealedColumn: true, value: sealValue(text, under) };
  };
  const under = (live: Buffer) => {
    return Array.from({ length: VALUES }, (_, index) => sealed(index + 1, Buffer.from(`token ${index}`), live));
  };
  let reading = 0;
  const assess = async (values: readonly StoredValue[], escrow: Sha256 | null = BEFORE) => {
    reading += 1;
    const look = {
      keyring: { keys: new Map([key, next].map((each) => [fingerprintOf(each), each])), candidates: [] },
      legacyKeys: [],
      accepted: new Set(),
      generations: ['one'],
      circumstances: { at: '2026-01-01T00:00:00Z', live: fingerprintOf(next), chronicle: [], memory: EMPTY_MEMORY },
      escrowOf: { escrowDigest: escrow } as Generation,
      readEscrow: async (_: Generation, isWanted: (place: ValueReference) => boolean) => {
        wanted.push([1, 2, 3].filter((id) => isWanted(placeOf(id).reference)));
        return [];
      },
      readHistory: null,
      passMemory: memory,
    } as unknown as DatabaseLook;
    const read = { values, coverage: 'full', digest: sha256(String(reading).padStart(64, '0')) } as const;
    const database = { readPlaces: async () => [] } as unknown as Database;
    const found = { version: '11.0.6', partial: false, glpi: true } as Identification;
    return await assessValues({ database, read, found, look });
  };
  const before = under(key);
  const { escrow } = await assess(before, null);
  const digest = escrow?.digest ?? BEFORE;
  await assess(before, digest);
  wanted.length = 0;
  return { next, sealed, resealed: under(next), wanted, assess: (values: StoredValue[]) => assess(values, digest) };
}

const EMPTY_MEMORY = { places: [], left: [] };
