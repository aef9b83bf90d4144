import { EXIT } from '../../core/exit-code.ts';
import { Failure } from '../../core/failure.ts';
import type { EscrowEntry } from '../../core/generation.ts';
import { newestFirst } from '../../core/history.ts';
import { KeyRing } from '../../glpi/key-ring.ts';
import type { Keyring } from '../keyring.ts';
import type { VaultLook } from '../observe.ts';
import { type DrillReport, type Obstruction, obstruction } from './drill-report.ts';

export interface EscrowCheck {
  readonly entries: readonly EscrowEntry[];
  readonly counts: DrillReport['escrow'];
  readonly obstructions: readonly Obstruction[];
}

/** Reads the newest escrow whole, and opens each of its values. */
export async function checkEscrow({ vault, state }: VaultLook, keyring: Keyring): Promise<EscrowCheck> {
  const holder = newestFirst(state).find((each) => each.escrowCount > 0);
  if (vault === null || holder === undefined) return { entries: [], counts: null, obstructions: [] };
  const target = `generation ${holder.number}`;
  try {
    const { entries, damaged } = await vault.escrow(holder);
    const ring = new KeyRing(keyring.keys);
    const opened = entries.filter(({ value }) => ring.open(value) !== null).length;
    const obstructions = damaged.map(({ file, reason }) => {
      const hint = 'keykeeper import an export that holds it; the next capture stores what is still in the database';
      return obstruction(EXIT.vault, {
        code: 'drill-escrow',
        target: file,
        message: `a part of the escrow ${reason}`,
        try: hint,
      });
    });
    if (opened < entries.length) {
      const message = `${entries.length - opened} of ${entries.length} values of the escrow open under no key that the vault holds`;
      const hint = 'look for the key that opens them: docs/lost-key.md';
      obstructions.push(obstruction(EXIT.lost, { code: 'drill-escrow', target, message, try: hint }));
    }
    return { entries, counts: { values: entries.length, opened }, obstructions };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { message, try: hint = '' } = error;
    const failed = obstruction(EXIT.vault, { code: 'drill-escrow', target, message, try: hint });
    return { entries: [], counts: { values: holder.escrowCount, opened: 0 }, obstructions: [failed] };
  }
}
