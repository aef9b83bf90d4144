import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { temporaryVault } from '../temporary-vault.ts';

describe('a record of the vault', () => {
  it('is absent until it is kept, and then says what was kept last', async () => {
    using place = temporaryVault();
    const vault = await place.open();
    const before = await vault.record('receipts');

    await vault.keepRecord('receipts', { last: 1 }, { confidential: false });
    await vault.keepRecord('receipts', { last: 2 }, { confidential: false });

    expect(before).toEqual({ kind: 'absent' });
    expect(await vault.record('receipts')).toEqual({ kind: 'present', value: { last: 2 } });
    expect(await (await place.open({ create: false })).record('receipts')).toMatchObject({ kind: 'present' });
  });

  it('belongs to its owner alone', async () => {
    using place = temporaryVault();

    await (await place.open()).keepRecord('chronicle', [], { confidential: false });

    expect(statSync(fileOf(place.folder, 'chronicle')).mode & 0o777).toBe(0o600);
  });

  it('is encrypted where the vault encrypts and it is confidential, and open to all keepers where it is not', async () => {
    using place = temporaryVault();
    const identity = await generateX25519Identity();
    const recipients = [await identityToRecipient(identity)];
    const vault = await place.open({ recipients });

    await vault.keepRecord('rescue-undo', ['old-value'], { confidential: true });
    await vault.keepRecord('receipts', ['answer'], { confidential: false });

    expect(readFileSync(fileOf(place.folder, 'rescue-undo'), 'utf8')).not.toContain('old-value');
    expect(await vault.record('rescue-undo')).toEqual({ kind: 'sealed' });
    expect(await vault.record('receipts')).toEqual({ kind: 'present', value: ['answer'] });
    const reader = await place.open({ recipients, identity: new Secret(identity) });
    expect(await reader.record('rescue-undo')).toEqual({ kind: 'present', value: ['old-value'] });
  });

  it.each<[string, (text: string) => string]>([
    ['cut short', (text) => text.slice(0, -20)],
    ['changed in its body', (text) => text.replace('answer', 'banana')],
    ['renamed', (text) => text.replace('"name": "receipts"', '"name": "drill"')],
    ['empty', () => ''],
  ])('that was %s is told as damaged and can be written anew', async (_, harm) => {
    using place = temporaryVault();
    const vault = await place.open();
    await vault.keepRecord('receipts', ['answer'], { confidential: false });
    const file = fileOf(place.folder, 'receipts');

    writeFileSync(file, harm(readFileSync(file, 'utf8')));

    expect(await vault.record('receipts')).toMatchObject({ kind: 'damaged' });
    await vault.keepRecord('receipts', ['again'], { confidential: false });
    expect(await vault.record('receipts')).toEqual({ kind: 'present', value: ['again'] });
  });

  it.each<[string, (text: string) => string]>([
    ['the shape of today', (text) => text.replace('"format": 1', '"format": 9')],
    ['a shape of its own', () => '{"keykeeper":"record","format":9,"parts":[1,2]}\n'],
  ])('of a later format and %s is neither read nor written over', async (_, change) => {
    using place = temporaryVault();
    const vault = await place.open();
    await vault.keepRecord('receipts', ['answer'], { confidential: false });
    const file = fileOf(place.folder, 'receipts');
    const later = change(readFileSync(file, 'utf8'));
    writeFileSync(file, later);

    await expect(vault.record('receipts')).rejects.toMatchObject({ code: 'vault-newer-format' });
    await expect(vault.keepRecord('receipts', [], { confidential: false })).rejects.toMatchObject({
      code: 'vault-newer-format',
    });
    expect(readFileSync(file, 'utf8')).toBe(later);
  });
});

function fileOf(folder: string, name: string): string {
  return join(folder, 'records', `${name}.json`);
}
