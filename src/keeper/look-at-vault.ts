import { Failure } from '../core/failure.ts';
import type { Vault } from '../vault/vault.ts';
import { brokenVault, type VaultLook } from './observe.ts';

/** Opens the vault anew: it may have been lost, emptied or mounted since the last time. */
export type VaultOpener = () => Promise<Vault>;

/** Lists the vault; one that cannot be used is an observation, not an error. */
export async function lookAtVault(open: VaultOpener): Promise<VaultLook> {
  try {
    const vault = await open();
    const { generations, damaged } = await vault.list();
    return { vault, state: { kind: 'ready', generations, damaged } };
  } catch (error) {
    if (error instanceof Failure) return { vault: null, state: brokenVault(error) };
    throw error;
  }
}
