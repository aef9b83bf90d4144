import type { Sha256 } from '../../core/brand.ts';
import { Failure } from '../../core/failure.ts';
import type { Generation, GenerationDraft } from '../../core/generation.ts';
import type { DamagedGeneration } from '../../core/observation.ts';
import type { Envelope } from '../age-envelope.ts';
import type { LeaseClock } from '../lease-clock.ts';
import type { RetentionLimits } from '../retention.ts';
import type { EscrowStore, GenerationStore, RecordStore } from '../stores.ts';
import type {
  EscrowReading,
  JsonValue,
  Lease,
  RecordName,
  Reencrypted,
  ReencryptOptions,
  TakenIn,
  ValueHistory,
  Vault,
  VaultListing,
  VaultPart,
  VaultRecord,
  WantedPlace,
} from '../vault.ts';
import type { InstanceFolder } from './instance-folder.ts';
import { vaultFailure } from './vault-failure.ts';

export interface DirectoryVaultParts {
  readonly url: string;
  readonly instance: string;
  readonly place: InstanceFolder;
  readonly generations: GenerationStore;
  readonly escrow: EscrowStore;
  readonly records: RecordStore;
  readonly envelope: Envelope;
  readonly retention: RetentionLimits;
  readonly clock: LeaseClock;
  readonly now: () => Date;
  /**
   * Makes sure before each reading or writing that the folder is still there and still ours. A vault that was lost
   * while watching comes back empty this way, and everything is captured again.
   *
   * @throws Failure; always for writing where the vault was opened for looking only
   */
  readonly ready: (purpose: 'read' | 'write') => void;
}

/** A vault in a directory. Made by `openDirectoryVault`. */
export class DirectoryVault implements Vault {
  readonly url: string;
  readonly #parts: DirectoryVaultParts;

  constructor(parts: DirectoryVaultParts) {
    this.url = parts.url;
    this.#parts = parts;
  }

  async list(): Promise<VaultListing> {
    try {
      this.#parts.ready('read');
      const { records, damaged } = await this.#parts.generations.read();
      return { generations: records.map(({ generation }) => generation), damaged };
    } catch (error) {
      throw vaultFailure(error, this.#parts.place.folder, 'read');
    }
  }

  async add(draft: GenerationDraft): Promise<{ generation: Generation; added: boolean }> {
    const { addGeneration } = await import('../add-generation.ts');
    try {
      this.#parts.ready('write');
      return await addGeneration({ ...this.#parts, target: this.#parts.place.folder }, draft);
    } catch (error) {
      throw vaultFailure(error, this.#parts.place.folder, 'write');
    }
  }

  async escrow(generation: Generation, wanted?: WantedPlace): Promise<EscrowReading> {
    const { records } = await this.#parts.generations.read();
    const record = records.find((each) => each.generation.id === generation.id);
    if (record === undefined) {
      throw new Failure('generation-unknown', `generation ${generation.number} is not in the vault`, {
        target: this.#parts.place.generations,
      });
    }
    return this.#parts.escrow.read(record.escrow.chunks, wanted);
  }

  async history(wanted?: WantedPlace): Promise<ValueHistory> {
    const { generations, escrow, place, ready } = this.#parts;
    const { readHistory } = await import('../value-history.ts');
    try {
      ready('read');
      const { records } = await generations.read();
      return await readHistory(records, (name) => escrow.read([name]), wanted);
    } catch (error) {
      throw vaultFailure(error, place.escrow, 'read');
    }
  }

  async record(name: RecordName): Promise<VaultRecord> {
    try {
      this.#parts.ready('read');
      return await this.#parts.records.read(name);
    } catch (error) {
      throw vaultFailure(error, this.#parts.place.records, 'read');
    }
  }

  async keepRecord(name: RecordName, value: JsonValue, options: { readonly confidential: boolean }): Promise<void> {
    try {
      this.#parts.ready('write');
      await this.#parts.records.write(name, value, options);
    } catch (error) {
      throw vaultFailure(error, this.#parts.place.records, 'write');
    }
  }

  async *parts(onDamaged: (damaged: DamagedGeneration) => void): AsyncGenerator<VaultPart> {
    const { readParts } = await import('../vault-parts.ts');
    try {
      this.#parts.ready('read');
      yield* readParts(this.#parts, onDamaged);
    } catch (error) {
      throw vaultFailure(error, this.#parts.place.folder, 'read');
    }
  }

  async takeIn(parts: () => AsyncIterable<VaultPart>, options: { readonly dryRun: boolean }): Promise<TakenIn> {
    const { takeIn } = await import('../take-in.ts');
    try {
      this.#parts.ready(options.dryRun ? 'read' : 'write');
      return await takeIn(this.#parts, parts, options);
    } catch (error) {
      throw vaultFailure(error, this.#parts.place.folder, 'write');
    }
  }

  async reencrypt(options: ReencryptOptions): Promise<Reencrypted> {
    const { reencrypt } = await import('../reencrypt.ts');
    try {
      this.#parts.ready(options.dryRun ? 'read' : 'write');
      return await reencrypt(this.#parts, options);
    } catch (error) {
      throw vaultFailure(error, this.#parts.place.folder, 'write');
    }
  }

  async lease(signal: AbortSignal): Promise<Lease> {
    const { acquireLease } = await import('./lease.ts');
    this.#parts.ready('write');
    return acquireLease(this.#parts.place, signal, this.#parts.clock);
  }

  async prune(current: Sha256 | null = null): Promise<Generation[]> {
    const { pruneGenerations } = await import('../prune-generations.ts');
    try {
      this.#parts.ready('write');
      return await pruneGenerations(this.#parts, current);
    } catch (error) {
      throw vaultFailure(error, this.#parts.place.folder, 'write');
    }
  }
}
