import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referenceKey } from '../../../src/core/reference-key.ts';
import { Secret } from '../../../src/core/secret.ts';
import { draftOf, entryOf } from './draft-of.ts';
import { temporaryVault } from './temporary-vault.ts';

describe('the history of values', () => {
  it('says which values stood at a place, the newest first, each with the newest generation that holds it', async () => {
    using place = temporaryVault();
    let day = 1;
    const vault = await place.open({ now: () => new Date(Date.UTC(2026, 0, day)) });
    for (const value of ['one', 'two', 'one', 'three']) {
      await vault.add(draftOf('key', { escrow: [entryOf(1, value), entryOf(2, 'same')] }));
      day += 1;
    }
    await vault.add(draftOf('key', { escrow: [entryOf(2, 'same')] }));

    const { values, damaged } = await vault.history();

    expect(damaged).toEqual([]);
    expect(values.get(keyOf(1))).toEqual([
      { value: 'three', generation: 4, createdAt: '2026-01-04T00:00:00.000Z' },
      { value: 'one', generation: 3, createdAt: '2026-01-03T00:00:00.000Z' },
      { value: 'two', generation: 2, createdAt: '2026-01-02T00:00:00.000Z' },
    ]);
    expect(values.get(keyOf(2))).toEqual([{ value: 'same', generation: 5, createdAt: '2026-01-05T00:00:00.000Z' }]);
  });

  it('tells of the places that were asked for alone', async () => {
    using place = temporaryVault();
    const vault = await place.open();
    await vault.add(draftOf('key', { escrow: [entryOf(1, 'one'), entryOf(2, 'two')] }));

    const { values } = await vault.history(({ id }) => id === 2 || id === 9);

    expect([...values.keys()]).toEqual([keyOf(2)]);
  });

  it('tells members of one JSON column apart', async () => {
    using place = temporaryVault();
    const vault = await place.open();
    const row = { table: 'glpi_users', column: '2fa', id: 4 };
    const secret = { ...row, jsonPath: '$.secret' };
    const escrow = [
      { reference: secret, value: 'sealed' },
      { reference: row, value: 'other' },
    ];
    await vault.add(draftOf('key', { escrow }));

    const { values } = await vault.history(({ jsonPath }) => jsonPath === secret.jsonPath);

    expect([...values.values()].flat().map(({ value }) => value)).toEqual(['sealed']);
  });

  it('goes on past a chunk that is missing, and names it', async () => {
    using place = temporaryVault();
    const vault = await place.open();
    await vault.add(draftOf('key', { escrow: [entryOf(1, 'one')] }));
    rmSync(join(place.folder, 'escrow'), { recursive: true });
    await vault.add(draftOf('key', { escrow: [entryOf(1, 'two')] }));

    const { values, damaged } = await vault.history();

    expect(values.get(keyOf(1))?.map(({ value }) => value)).toEqual(['two']);
    expect(damaged).toHaveLength(1);
    expect(damaged[0]?.reason).toBe('is missing');
  });

  it('finds a value that vanished, most of a year and many prunings later', async () => {
    using place = temporaryVault();
    const time = { now: Date.UTC(2026, 0, 1) };
    const vault = await place.open({ now: () => new Date(time.now), retention: { newest: 5 } });
    for (let day = 0; day < 340; day += 4) {
      time.now = Date.UTC(2026, 0, 1 + day);
      const standing = day < 20 ? [entryOf(1, 'vanished')] : [];
      await vault.add(draftOf('key', { escrow: [...standing, entryOf(2, `of day ${day}`)] }));
      await vault.prune();
    }

    const { values } = await (await place.open({ now: () => new Date(time.now) })).history(({ id }) => id === 1);

    // It stood until the 20th: what stood at the end of the week before that is what is kept.
    expect(values.get(keyOf(1))).toMatchObject([{ value: 'vanished', createdAt: '2026-01-13T00:00:00.000Z' }]);
    expect((await vault.list()).generations.length).toBeLessThan(70);
  });

  it('is closed to whoever has no identity', async () => {
    using place = temporaryVault();
    const identity = await generateX25519Identity();
    const recipients = [await identityToRecipient(identity)];
    await (await place.open({ recipients })).add(draftOf('key'));

    const closed = (await place.open({ recipients, create: false })).history();

    await expect(closed).rejects.toMatchObject({ code: 'vault-identity-missing' });
    const reader = await place.open({ create: false, identity: new Secret(identity) });
    expect((await reader.history()).values.size).toBe(2);
  });

  it('finds every value that any generation holds, and nothing that none does', async () => {
    const anEscrow = fc.dictionary(fc.constantFrom('1', '2', '300', '900'), fc.constantFrom('a', 'b', 'c'));
    await fc.assert(
      fc.asyncProperty(fc.array(anEscrow, { minLength: 1, maxLength: 8 }), async (escrows) => {
        using place = temporaryVault();
        const vault = await place.open();
        const held = new Set<string>();
        for (const [index, values] of escrows.entries()) {
          const escrow = Object.entries(values).map(([id, value]) => entryOf(Number(id), value));
          for (const { reference, value } of escrow) held.add(`${referenceKey(reference)} ${value}`);
          await vault.add(draftOf(`key ${index}`, { escrow }));
        }

        const { values } = await vault.history();

        const found = [...values].flatMap(([key, past]) => past.map(({ value }) => `${key} ${value}`));
        expect(found.sort()).toEqual([...held].sort());
        expect(readdirSync(place.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

function keyOf(id: number): string {
  return referenceKey(entryOf(id, '').reference);
}
