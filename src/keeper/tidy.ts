import { isCaptureName } from '../core/action-kind.ts';
import type { AbsolutePath } from '../core/brand.ts';
import { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import { leftovers } from '../files/leftovers.ts';
import type { Vault } from '../vault/vault.ts';
import type { Reconciliation } from './reconcile.ts';
import { vaultFinding } from './vault-finding.ts';

/** Removes what a killed run left in the config directory; a directory that cannot be listed is left for the next time. */
export function tidyDirectory(directory: AbsolutePath): void {
  leftovers(directory);
}

/**
 * Lets go of the generations that retention does not keep, once something was added. A vault that cannot be tidied still
 * holds everything: that is a warning, and the next capture tries again.
 */
export async function tidyVault(vault: Vault | null, { reports, after }: Reconciliation): Promise<Finding[]> {
  if (vault === null || !reports.some((each) => each.done && isCaptureName(each.action))) return [];
  try {
    await vault.prune(generationOfLiveKey(after));
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [vaultFinding(error, 'warning')];
  }
}

function generationOfLiveKey({ pass, judgement }: Reconciliation['after']) {
  const { vault } = pass.observation;
  if (vault.kind !== 'ready' || judgement.live === null) return null;
  return vault.generations.findLast((each) => each.fingerprint === judgement.live)?.id ?? null;
}
