import type { Sha256 } from '../core/brand.ts';
import type { EscrowEntry, Generation, GenerationDraft } from '../core/generation.ts';
import type { DamagedGeneration } from '../core/observation.ts';

/** What a vault holds: `generations` oldest first, and the files that could not be used. */
export interface VaultListing {
  readonly generations: readonly Generation[];
  readonly damaged: readonly DamagedGeneration[];
}

/** The escrow of a generation as far as it could be read. */
export interface EscrowReading {
  readonly entries: readonly EscrowEntry[];
  /** Chunks that are missing or damaged: their values, and only theirs, are not among `entries`. */
  readonly damaged: readonly DamagedGeneration[];
}

/** The right to apply, held by one keeper at a time. Disposing of it gives it back. */
export interface Lease extends AsyncDisposable {
  /** Aborted when somebody else holds, or may hold, the lease: stop writing at once. */
  readonly lost: AbortSignal;
}

/**
 * The persistent store of one instance's generations. Every method rejects with a `Failure` whose code is `vault-…`
 * (`invalid-setting` for an age identity or recipient that is none).
 */
export interface Vault {
  /** As configured, `file:///vault` for one. */
  readonly url: string;

  /**
   * Reads all generations, oldest first. A damaged, foreign or truncated one is told in `damaged` and skipped.
   *
   * @throws Failure `vault-newer-format` when a later release has written here: nothing is decided on half the vault.
   */
  list(): Promise<VaultListing>;

  /**
   * Writes a generation and reads it back. `added` is false where the newest one already has the same content; that
   * one is returned then.
   *
   * @throws Failure `vault-full`, `vault-unwritable`: nothing half-written stays behind.
   */
  add(draft: GenerationDraft): Promise<{ readonly generation: Generation; readonly added: boolean }>;

  /** @throws Failure `vault-identity-missing` when the escrow is encrypted and no configured identity opens it. */
  escrow(generation: Generation): Promise<EscrowReading>;

  /**
   * Waits for the lease, until `signal` aborts. A holder that was killed holds nobody up for more than about 3.5 s.
   *
   * @throws the reason of `signal`.
   */
  lease(signal: AbortSignal): Promise<Lease>;

  /**
   * Removes what retention lets go (retention.ts), and escrow that no remaining generation names. `current` is the id
   * of the generation that holds the live key, where that is not the newest.
   */
  prune(current?: Sha256 | null): Promise<readonly Generation[]>;
}
