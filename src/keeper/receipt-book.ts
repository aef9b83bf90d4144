import type { Receipts } from '../core/receipt.ts';
import type { VaultOpener } from './look-at-vault.ts';
import { readRecords } from './read-records.ts';
import { receiptsRecord } from './receipt-record.ts';

/** The receipts as several keepers share them. */
export interface ReceiptBook {
  /** @throws Failure `vault-…` */
  read(): Promise<Receipts>;
  /**
   * Reads the receipts under the vault's lease, and writes what `change` makes of them. Killed on the way, the older ones
   * stand.
   *
   * @param change gives the same receipts where nothing is to be written
   * @throws Failure `vault-…`, or the reason of `signal`
   */
  change(change: (receipts: Receipts) => Receipts, signal: AbortSignal): Promise<Receipts>;
}

export function receiptBookOf(openVault: VaultOpener): ReceiptBook {
  return {
    read: async () => (await readRecords(await openVault())).records.receipts,
    async change(change, signal) {
      const vault = await openVault();
      await using _ = await vault.lease(signal);
      const { receipts } = (await readRecords(vault)).records;
      const changed = change(receipts);
      if (changed !== receipts) await vault.keepRecord('receipts', receiptsRecord(changed), { confidential: false });
      return changed;
    },
  };
}
