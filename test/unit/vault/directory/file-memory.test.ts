import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { vaultMemory } from '../../../../src/vault/directory/file-memory.ts';
import type { VaultRecord } from '../../../../src/vault/vault.ts';
import { draftOf } from '../draft-of.ts';
import { temporaryVault } from '../temporary-vault.ts';

const HOUR = 3_600_000;

describe('a process that opens its vault again and again', () => {
  it('reads a generation and a record once', async () => {
    using place = temporaryVault();
    const memory = vaultMemory();
    const vault = await place.open({ memory });
    await vault.add(draftOf('one'));
    await vault.keepRecord('chronicle', [{ verdict: 'sound' }], { confidential: false });

    const first = await (await place.open({ memory })).list();
    const again = await (await place.open({ memory })).list();
    const record = contentOf(await (await place.open({ memory })).record('chronicle'));
    const sameRecord = contentOf(await (await place.open({ memory })).record('chronicle'));

    expect(again.generations[0]).toBe(first.generations[0]);
    expect(sameRecord).toBe(record);
  });

  it('sees that a file was changed, replaced or removed meanwhile', async () => {
    using place = temporaryVault();
    const memory = vaultMemory();
    const vault = await place.open({ memory });
    for (const name of ['one', 'two']) await vault.add(draftOf(name));
    await vault.keepRecord('chronicle', ['old'], { confidential: false });
    await (await place.open({ memory })).record('chronicle');

    appendFileSync(place.generationFile(1), ' ');
    rmSync(place.generationFile(2));
    await (await place.open()).keepRecord('chronicle', ['new'], { confidential: false });
    const listing = await (await place.open({ memory })).list();
    const record = contentOf(await (await place.open({ memory })).record('chronicle'));

    expect(listing.generations).toEqual([]);
    expect(listing.damaged).toMatchObject([{ file: place.generationFile(1) }]);
    expect(record).toEqual(['new']);
  });

  it('sees that a record is gone', async () => {
    using place = temporaryVault();
    const memory = vaultMemory();
    await (await place.open({ memory })).keepRecord('chronicle', [], { confidential: false });
    await (await place.open({ memory })).record('chronicle');

    rmSync(join(place.folder, 'records', 'chronicle.json'));

    expect(await (await place.open({ memory })).record('chronicle')).toEqual({ kind: 'absent' });
  });

  it('reads everything anew after an hour, for bits rot in silence', async () => {
    using place = temporaryVault();
    let now = 0;
    const memory = vaultMemory(() => now);
    await (await place.open({ memory })).add(draftOf('one'));
    const [first] = (await (await place.open({ memory })).list()).generations;

    now = HOUR - 1;
    const [within] = (await (await place.open({ memory })).list()).generations;
    now = 2 * HOUR;
    const [after] = (await (await place.open({ memory })).list()).generations;

    expect(within).toBe(first);
    expect(after).not.toBe(first);
    expect(after).toEqual(first);
  });
});

function contentOf(record: VaultRecord): unknown {
  if (record.kind !== 'present') throw new Error(`the record is ${record.kind}`);
  return record.value;
}
