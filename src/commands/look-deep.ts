import { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import type { SecuredPlace } from '../core/secured-place.ts';
import { rememberPlaces } from '../keeper/place-record.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import { type DeepResult, deepFindings, searchDeep } from '../keeper/search-deep.ts';
import { vaultFinding } from '../keeper/vault-finding.ts';
import type { Vault } from '../vault/vault.ts';
import type { CommandContext } from './command.ts';

/** One place, as `--json` has it under `details.deep.places`. */
interface PlaceEntry extends SecuredPlace {
  readonly values: number;
  readonly remembered: boolean;
}

export interface DeepLook {
  readonly findings: readonly Finding[];
  /** For `details.deep`; null where nothing was searched. */
  readonly details: {
    readonly tables: number;
    readonly columns: number;
    readonly rows: number;
    readonly places: readonly PlaceEntry[];
  } | null;
  /** The vault would not take what was found. */
  readonly vaultFailed: boolean;
}

/**
 * Looks through every text column with progress, and remembers what it finds where there is a vault to remember it in.
 *
 * @param result what was observed just now
 * @param vault null: nothing is remembered
 */
export async function lookDeep(
  { after: { pass, judgement } }: Reconciliation,
  vault: Vault | null,
  { settings, signal, progress }: CommandContext,
): Promise<DeepLook> {
  let now = 'listing the columns';
  const search = async () => {
    using _ = progress('looking through every text column', () => now);
    return await searchDeep({
      settings,
      pass,
      judgement,
      signal,
      onProgress: ({ table, done, of, rows }) => {
        now = `${rows} rows, table ${done + 1} of ${of}: ${table}`;
      },
    });
  };
  const found = await search();
  const { remembered, failures } = await remember(found, vault, signal);
  return {
    findings: [...failures, ...deepFindings(found, remembered)],
    details: found.kind === 'searched' ? detailsOf(found, remembered) : null,
    vaultFailed: failures.length > 0,
  };
}

async function remember(found: DeepResult, vault: Vault | null, signal: AbortSignal) {
  if (vault === null || found.kind !== 'searched') return { remembered: false, failures: [] };
  const places = found.search.found.filter((each) => each.obstacle === null).map((each) => each.place);
  try {
    if (places.length > 0) await rememberPlaces(vault, places, signal);
    return { remembered: true, failures: [] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { remembered: false, failures: [vaultFinding(error, 'error')] };
  }
}

function detailsOf({ search }: DeepResult & { kind: 'searched' }, remembered: boolean): DeepLook['details'] {
  const { tables, columns, rows, found } = search;
  const places = found.map(({ place, values, obstacle }) => ({
    ...place,
    values,
    remembered: remembered && obstacle === null,
  }));
  return { tables, columns, rows, places };
}
