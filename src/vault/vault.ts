import type { Sha256 } from '../core/brand.ts';
import type { Finding } from '../core/finding.ts';
import type { EscrowEntry, Generation, GenerationDraft } from '../core/generation.ts';
import type { DamagedGeneration } from '../core/observation.ts';
import type { ValueReference } from '../core/value.ts';

/** What a vault holds: `generations` oldest first, and the files that could not be used. */
export interface VaultListing {
  readonly generations: readonly Generation[];
  readonly damaged: readonly DamagedGeneration[];
  /** What else there is to say of the place that the vault lies in. */
  readonly findings?: readonly Finding[];
}

/** The escrow of a generation as far as it could be read. */
export interface EscrowReading {
  readonly entries: readonly EscrowEntry[];
  /** Chunks that are missing or damaged: their values, and only theirs, are not among `entries`. */
  readonly damaged: readonly DamagedGeneration[];
}

/** Which entries of an escrow somebody asks for. */
export type WantedPlace = (reference: ValueReference) => boolean;

/** A value that stood at some place of the database, as an escrow holds it. */
export interface PastValue {
  /** Ciphertext, base64. */
  readonly value: string;
  /** Number and time (RFC 3339, UTC) of the newest generation whose escrow holds this value at this place. */
  readonly generation: number;
  readonly createdAt: string;
}

/** Which values stood at a place: the distinct ones, the newest first. Keys as core/reference-key.ts makes them. */
export interface ValueHistory {
  readonly values: ReadonlyMap<string, readonly PastValue[]>;
  /** The places themselves, under the same keys. */
  readonly places: ReadonlyMap<string, ValueReference>;
  /** As in {@link EscrowReading}. */
  readonly damaged: readonly DamagedGeneration[];
}

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue };

/**
 * The small documents beside the generations that change: `chronicle` (verdicts), `receipts` (answers of GLPI Network),
 * `wishes` (registration keys of the settings that were applied), `rotation` (a rotation on its way), `places` (columns
 * found to hold sealed values), `rescue-undo` (rows as they were before a rescue), `emptied` (places that an accident
 * emptied), `drill` and `export` (when it was done
 * last, and how it ended), `presence` (keepers).
 */
export const RECORD_NAMES = [
  'chronicle',
  'receipts',
  'wishes',
  'rotation',
  'places',
  'rescue-undo',
  'emptied',
  'drill',
  'export',
  'presence',
] as const;

export type RecordName = (typeof RECORD_NAMES)[number];

/** One file of a vault, as it lies there: encrypted where it is. */
export type VaultPart =
  | { readonly kind: 'chunk'; readonly name: Sha256; readonly bytes: Buffer }
  | { readonly kind: 'generation'; readonly number: number; readonly bytes: Buffer }
  | { readonly kind: 'record'; readonly name: RecordName; readonly bytes: Buffer };

/** What a vault took in of another, or would. */
export interface TakenIn {
  /** Under which numbers generations came in, oldest first; `from`: what they had before. */
  readonly generations: readonly { readonly number: number; readonly from: number; readonly createdAt: string }[];
  /** How many it held already. */
  readonly known: number;
  /** Generations of its own that have a higher number now, so that what is newest stays newest. */
  readonly moved: readonly { readonly from: number; readonly to: number }[];
  /** Escrow chunks that were missing here, or damaged. */
  readonly chunks: number;
  readonly records: readonly RecordName[];
}

/** How many files of a vault were encrypted anew, or would be. */
export interface Reencrypted {
  readonly generations: number;
  /** Of escrow. */
  readonly chunks: number;
  readonly records: number;
  /** What cannot be read; it stays as it lies there. */
  readonly damaged: readonly DamagedGeneration[];
  /** False where no configured identity opens what was written, so that it was not read back in full. */
  readonly verified: boolean;
}

export interface ReencryptOptions {
  /** Reads everything and says what would be done. */
  readonly dryRun: boolean;
  /** Go on although no configured identity opens what is written. */
  readonly toOthers: boolean;
  readonly signal: AbortSignal;
  /** Called after each file with how many are done. */
  readonly onProgress?: (done: number) => void;
}

/** A record as it lies in the vault; whoever reads it checks the shape of `value`. */
export type VaultRecord =
  | { readonly kind: 'absent' }
  | { readonly kind: 'present'; readonly value: unknown }
  /** Encrypted, and no configured identity opens it. */
  | { readonly kind: 'sealed' }
  | { readonly kind: 'damaged'; readonly reason: string };

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

  /**
   * @param wanted which entries are given back; all of them without it
   * @throws Failure `vault-identity-missing` when the escrow is encrypted and no configured identity opens it.
   */
  escrow(generation: Generation, wanted?: WantedPlace): Promise<EscrowReading>;

  /**
   * What all escrows hold, each chunk read once, whoever names it.
   *
   * @param wanted as {@link escrow}
   * @throws Failure `vault-identity-missing` as {@link escrow}
   */
  history(wanted?: WantedPlace): Promise<ValueHistory>;

  record(name: RecordName): Promise<VaultRecord>;

  /**
   * Replaces a record whole: killed on the way, the old one stands. Two keepers that both change it read it under the
   * lease first. `confidential`: encrypted where the vault encrypts; false for facts that a keeper without an identity
   * must be able to read.
   */
  keepRecord(name: RecordName, value: JsonValue, options: { readonly confidential: boolean }): Promise<void>;

  /**
   * Everything that is worth taking away: escrow chunks, then generations, the newest first, then records. What is
   * damaged is left out and told. The record `presence`, which is only the moment's, is none of it.
   */
  parts(onDamaged: (damaged: DamagedGeneration) => void): AsyncIterable<VaultPart>;

  /**
   * Takes in the parts of another vault of this instance: what is not here yet comes in, nothing that is here is changed.
   * Generations are the same where content and time are. They stand in the order of their times, each vault's own order
   * kept; where their number is taken, the next free one that keeps this order is theirs.
   *
   * @param parts in the order of {@link parts}; called twice, and read to the end before anything is written
   * @throws Failure `export-damaged`, `vault-newer-format`: nothing was written
   */
  takeIn(parts: () => AsyncIterable<VaultPart>, options: { readonly dryRun: boolean }): Promise<TakenIn>;

  /**
   * Encrypts everything anew to the recipients that the vault was opened with, or writes it in clear where there are none.
   * Everything is read before the first change. A generation keeps its number, content and id, a chunk its name. Killed
   * anywhere, each file is the old or the new one, whole; doing it again does the rest.
   *
   * @throws Failure `vault-identity-missing` where something is encrypted to others, or what is written would be: nothing
   *   was changed; the reason of `signal`
   */
  reencrypt(options: ReencryptOptions): Promise<Reencrypted>;

  /**
   * Waits for the lease, until `signal` aborts. A holder that was killed holds nobody up for more than about 3.5 s
   * in a directory, 5.5 s in a Secret.
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
