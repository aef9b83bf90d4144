import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { textAt, writeText } from './reach-in.ts';
import type { VaultPlace } from './vault-place.ts';

/** What the records of any vault do, wherever it lies. */
export function describeRecords(kind: string, makePlace: () => Promise<VaultPlace>): void {
  describe(`a record of a vault in ${kind}`, () => {
    it('is absent until it is kept, and then says what was kept last', async () => {
      await using place = await makePlace();
      const vault = await place.open();
      const before = await vault.record('receipts');

      await vault.keepRecord('receipts', { last: 1 }, { confidential: false });
      await vault.keepRecord('receipts', { last: 2 }, { confidential: false });

      expect(before).toEqual({ kind: 'absent' });
      expect(await vault.record('receipts')).toEqual({ kind: 'present', value: { last: 2 } });
      expect(await (await place.open({ create: false })).record('receipts')).toMatchObject({ kind: 'present' });
    });

    it('is encrypted where the vault encrypts and it is confidential, and open to all keepers where it is not', async () => {
      await using place = await makePlace();
      const identity = await generateX25519Identity();
      const recipients = [await identityToRecipient(identity)];
      const vault = await place.open({ recipients });

      await vault.keepRecord('rescue-undo', ['old-value'], { confidential: true });
      await vault.keepRecord('receipts', ['answer'], { confidential: false });

      expect(await textAt(place, place.recordEntry('rescue-undo'))).not.toContain('old-value');
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
      await using place = await makePlace();
      const vault = await place.open();
      await vault.keepRecord('receipts', ['answer'], { confidential: false });
      const entry = place.recordEntry('receipts');

      await writeText(place, entry, harm(await textAt(place, entry)));

      expect(await vault.record('receipts')).toMatchObject({ kind: 'damaged' });
      await vault.keepRecord('receipts', ['again'], { confidential: false });
      expect(await vault.record('receipts')).toEqual({ kind: 'present', value: ['again'] });
    });

    it.each<[string, (text: string) => string]>([
      ['the shape of today', (text) => text.replace('"format": 1', '"format": 9')],
      ['a shape of its own', () => '{"keykeeper":"record","format":9,"parts":[1,2]}\n'],
    ])('of a later format and %s is neither read nor written over', async (_, change) => {
      await using place = await makePlace();
      const vault = await place.open();
      await vault.keepRecord('receipts', ['answer'], { confidential: false });
      const entry = place.recordEntry('receipts');
      const later = change(await textAt(place, entry));
      await writeText(place, entry, later);

      await expect(vault.record('receipts')).rejects.toMatchObject({ code: 'vault-newer-format' });
      await expect(vault.keepRecord('receipts', [], { confidential: false })).rejects.toMatchObject({
        code: 'vault-newer-format',
      });
      expect(await textAt(place, entry)).toBe(later);
    });
  });
}
