import { Failure } from '../core/failure.ts';
import { NO_RECORDS } from '../core/records.ts';
import type { Vault } from '../vault/vault.ts';
import { brokenVault, type VaultLook } from './observe.ts';
import { readRecords } from './read-records.ts';

/** Opens the vault anew: it may have been lost, emptied or mounted since the last time. */
export type VaultOpener = () => Promise<Vault>;

/** Lists the vault; one that cannot be used is an observation, not an error. */
export async function lookAtVault(open: VaultOpener): Promise<VaultLook> {
  try {
    const vault = await open();
    const { generations, damaged, findings = [] } = await vault.list();
    const look = await readRecords(vault);
    const state = { kind: 'ready', generations, damaged: [...damaged, ...look.damaged], findings } as const;
    return { vault, state, records: look.records };
  } catch (error) {
    if (error instanceof Failure) return { vault: null, state: brokenVault(error), records: NO_RECORDS };
    throw error;
  }
}
