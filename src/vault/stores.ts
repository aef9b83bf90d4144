import type { Sha256 } from '../core/brand.ts';
import type { DamagedGeneration } from '../core/observation.ts';
import type { EscrowChunk } from './escrow-chunk.ts';
import type { GenerationRecord } from './generation-format.ts';
import type { EscrowReading, JsonValue, RecordName, VaultRecord, WantedPlace } from './vault.ts';

/** The three parts of a vault, whatever it lies in. What they hold is the same bytes everywhere. */
export interface Stores {
  readonly generations: GenerationStore;
  readonly escrow: EscrowStore;
  readonly records: RecordStore;
}

/** The generations that a vault holds. */
export interface Shelf {
  /** Oldest first. */
  readonly records: readonly GenerationRecord[];
  readonly damaged: readonly DamagedGeneration[];
  /** The highest number in use, whatever lies under it; 0 when there is none. */
  readonly highest: number;
  /** Every number in use. */
  readonly taken: ReadonlySet<number>;
}

/** The generation files of an instance, written once. */
export interface GenerationStore {
  /** @throws Failure `vault-newer-format`, `vault-unreadable` */
  read(): Promise<Shelf>;
  /** The bytes of a generation's file; null where it is gone. @throws Failure `vault-unreadable` */
  bytes(number: number): Buffer | null;
  /** @returns false when the number is taken. */
  write(number: number, content: Buffer): boolean;
  /** Puts the same generation in another form in its place: killed anywhere, the old or the new file is there, whole. */
  replace(number: number, content: Buffer): void;
  /** Removes generations; one that is gone already is fine. */
  remove(numbers: readonly number[]): void;
}

/** The escrow chunks of an instance, each under the SHA-256 of its text. Equal chunks are one file, whoever names it. */
export interface EscrowStore {
  /**
   * Stores what is not there yet. An existing chunk is read and compared unless it is among `trusted` (those of the
   * newest generation: comparing all of them at each capture would cost more than the capture) and was never found
   * damaged here.
   */
  keep(chunks: readonly EscrowChunk[], trusted: ReadonlySet<Sha256>): Promise<void>;
  /** Renews the time of chunks that a new generation will name without having their text. */
  renew(names: readonly Sha256[]): void;
  /** @throws Failure `vault-identity-missing` when a chunk is encrypted and no configured identity opens it. */
  read(names: readonly Sha256[], wanted?: WantedPlace): Promise<EscrowReading>;
  /** A chunk's file as it lies there, once it was found whole; encrypted to somebody else it is taken at its word. */
  bytes(name: Sha256): Promise<ChunkFile>;
  /**
   * Stores a chunk's file under its name, unless a whole one is there.
   *
   * @returns whether it was stored
   */
  take(name: Sha256, file: Buffer): Promise<boolean>;
  /** Puts the same chunk in another form in its place, as a generation's. */
  replace(name: Sha256, file: Buffer): void;
  /** Removes chunks that are not `named`, and that no writer can be about to name. */
  sweep(named: ReadonlySet<Sha256>): void;
}

export type ChunkFile =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | ({ readonly kind: 'damaged' } & DamagedGeneration);

/** The records of an instance, each replaced whole. */
export interface RecordStore {
  /** @throws Failure `vault-newer-format` */
  read(name: RecordName): Promise<VaultRecord>;
  /**
   * Killed anywhere, the old record or the new one stands.
   *
   * @throws Failure `vault-newer-format` where a later release has written this record; the system's error
   */
  write(name: RecordName, value: JsonValue, options: { readonly confidential: boolean }): Promise<void>;
  /**
   * A record's file as it lies there; null where there is none.
   *
   * @throws Failure `vault-newer-format`
   */
  file(name: RecordName): Promise<RecordFile | null>;
  /** Puts a record's file in its place, unless a whole record is there. @returns whether it was put there */
  take(name: RecordName, file: Buffer): Promise<boolean>;
  /** Puts the same record in another form in its place, as a generation's. */
  replace(name: RecordName, file: Buffer): void;
}

export type RecordFile =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | ({ readonly kind: 'damaged' } & DamagedGeneration);
