import type { Sha256 } from '../../core/brand.ts';
import { Failure } from '../../core/failure.ts';
import type { Generation, GenerationDraft } from '../../core/generation.ts';
import type { DamagedGeneration } from '../../core/observation.ts';
import type { ValueReference } from '../../core/value.ts';
import type { Envelope } from '../age-envelope.ts';
import { chunkEscrow, type EscrowSummary, NO_ESCROW } from '../escrow-chunk.ts';
import { contentsOf, generationId, orderDraft } from '../generation-content.ts';
import { type Body, encodeGeneration, type GenerationRecord, writeBody } from '../generation-format.ts';
import { type RetentionLimits, retain } from '../retention.ts';
import { readHistory } from '../value-history.ts';
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
} from '../vault.ts';
import type { EscrowStore } from './escrow-store.ts';
import type { GenerationStore, Shelf } from './generation-store.ts';
import type { InstanceFolder } from './instance-folder.ts';
import { acquireLease, type LeaseClock } from './lease.ts';
import type { RecordStore } from './record-store.ts';
import { reencrypt } from './reencrypt.ts';
import { takeIn } from './take-in.ts';
import { vaultFailure } from './vault-failure.ts';
import { readParts } from './vault-parts.ts';

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
    try {
      this.#parts.ready('write');
      return await this.#add(orderDraft(draft));
    } catch (error) {
      throw vaultFailure(error, this.#parts.place.folder, 'write');
    }
  }

  async escrow(generation: Generation): Promise<EscrowReading> {
    const { records } = await this.#parts.generations.read();
    const record = records.find((each) => each.generation.id === generation.id);
    if (record === undefined) {
      throw new Failure('generation-unknown', `generation ${generation.number} is not in the vault`, {
        target: this.#parts.place.generations,
      });
    }
    return this.#parts.escrow.read(record.escrow.chunks);
  }

  async history(wanted?: Iterable<ValueReference>): Promise<ValueHistory> {
    const { generations, escrow, place, ready } = this.#parts;
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
    try {
      this.#parts.ready('read');
      yield* readParts(this.#parts, onDamaged);
    } catch (error) {
      throw vaultFailure(error, this.#parts.place.folder, 'read');
    }
  }

  async takeIn(parts: () => AsyncIterable<VaultPart>, options: { readonly dryRun: boolean }): Promise<TakenIn> {
    try {
      this.#parts.ready(options.dryRun ? 'read' : 'write');
      return await takeIn(this.#parts, parts, options);
    } catch (error) {
      throw vaultFailure(error, this.#parts.place.folder, 'write');
    }
  }

  async reencrypt(options: ReencryptOptions): Promise<Reencrypted> {
    try {
      this.#parts.ready(options.dryRun ? 'read' : 'write');
      return await reencrypt(this.#parts, options);
    } catch (error) {
      throw vaultFailure(error, this.#parts.place.folder, 'write');
    }
  }

  async lease(signal: AbortSignal): Promise<Lease> {
    this.#parts.ready('write');
    return acquireLease(this.#parts.place, signal, this.#parts.clock);
  }

  async prune(current: Sha256 | null = null): Promise<Generation[]> {
    const { generations, escrow, retention, now, place } = this.#parts;
    try {
      this.#parts.ready('write');
      const shelf = await generations.read();
      const all = shelf.records.map(({ generation }) => generation);
      const { remove } = retain(all, { ...retention, now: now(), current });
      generations.remove(remove.map(({ number }) => number));
      const left = await generations.read();
      // A damaged generation cannot say which chunks it names; somebody may yet repair it by hand.
      if (left.damaged.length === 0) escrow.sweep(new Set(left.records.flatMap((record) => record.escrow.chunks)));
      return [...remove];
    } catch (error) {
      throw vaultFailure(error, place.folder, 'write');
    }
  }

  async #add(draft: GenerationDraft): Promise<{ generation: Generation; added: boolean }> {
    const { generations, escrow, envelope, now } = this.#parts;
    this.#refuseOthers(draft);
    const contents = contentsOf(draft);
    const cut = draft.escrow === 'inherit' ? null : chunkEscrow(draft.escrow);
    let body: Body | null = null;
    for (;;) {
      const shelf = await generations.read();
      const newest = shelf.records.at(-1);
      const summary = cut?.summary ?? inherited(shelf);
      if (cut === null) escrow.renew(summary.chunks);
      else await escrow.keep(cut.chunks, new Set(newest?.escrow.chunks));
      const id = generationId(draft, summary, contents);
      if (newest?.generation.id === id) return { generation: newest.generation, added: false };
      body ??= await writeBody(contents, envelope);
      const place = { id, number: shelf.highest + 1, createdAt: now().toISOString() };
      // Taken: another writer was faster. What it wrote may be this very content.
      if (!generations.write(place.number, encodeGeneration(draft, summary, contents, body, place))) continue;
      if (cut !== null) await escrow.keep(cut.chunks, new Set(summary.chunks));
      return { generation: await this.#readBack(place.number), added: true };
    }
  }

  async #readBack(number: number): Promise<Generation> {
    const { records } = await this.#parts.generations.read();
    const record = records.find(({ generation }) => generation.number === number);
    if (record !== undefined) return record.generation;
    throw new Failure('generation-damaged', `generation ${number} cannot be read back after writing it`, {
      target: this.#parts.place.generations,
      expected: 'a disk that keeps what is written to it',
      try: 'look for disk errors in the kernel log (dmesg)',
    });
  }

  #refuseOthers(draft: GenerationDraft): void {
    if (draft.instance === this.#parts.instance) return;
    throw new Failure('vault-foreign', `the vault serves the instance "${this.#parts.instance}"`, {
      target: this.#parts.place.folder,
      expected: `a generation of it, got one of "${draft.instance}"`,
    });
  }
}

function inherited(shelf: Shelf): EscrowSummary {
  const holder = shelf.records.findLast((record: GenerationRecord) => record.escrow.count > 0);
  return holder?.escrow ?? NO_ESCROW;
}
