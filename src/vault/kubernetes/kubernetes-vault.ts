import type { Sha256 } from '../../core/brand.ts';
import { Failure } from '../../core/failure.ts';
import type { Finding } from '../../core/finding.ts';
import type { Generation, GenerationDraft } from '../../core/generation.ts';
import type { DamagedGeneration } from '../../core/observation.ts';
import { addGeneration } from '../add-generation.ts';
import type { LeaseClock } from '../lease-clock.ts';
import { pruneGenerations } from '../prune-generations.ts';
import { reencrypt } from '../reencrypt.ts';
import type { RetentionLimits } from '../retention.ts';
import { takeIn } from '../take-in.ts';
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
  WantedPlace,
} from '../vault.ts';
import { readParts } from '../vault-parts.ts';
import { acquireLease } from './lease.ts';
import { leftOutNow } from './make-room.ts';
import { type DrawerOptions, type OpenDrawer, SecretDrawers } from './secret-drawers.ts';
import { immutable, lookingOnly, secretFailure } from './secret-failure.ts';
import type { SecretSession } from './secret-session.ts';

export interface KubernetesVaultOptions extends DrawerOptions {
  readonly retention: RetentionLimits;
  readonly clock: LeaseClock;
}

/** A vault in a Secret. Every method that changes it sends one PATCH, or one POST where there was no Secret. */
export class KubernetesVault implements Vault {
  readonly url: string;
  readonly #session: SecretSession;
  readonly #options: KubernetesVaultOptions;
  readonly #drawers: SecretDrawers;

  constructor(session: SecretSession, options: KubernetesVaultOptions) {
    this.url = session.url;
    this.#session = session;
    this.#options = options;
    this.#drawers = new SecretDrawers(session, options);
  }

  async list(): Promise<VaultListing> {
    const open = await this.#drawers.look();
    const { records, damaged } = await open.generations.read();
    const findings = await this.#findings(open);
    return { generations: records.map(({ generation }) => generation), damaged, findings };
  }

  async add(draft: GenerationDraft): Promise<{ generation: Generation; added: boolean }> {
    let sent: Generation | null = null;
    return await this.#drawers.change(async (open) => {
      // Where only the answer was lost, the second look finds what was sent, perhaps below what others added since.
      const arrived = sent === null ? null : await find(open, sent);
      if (arrived !== null) return { generation: arrived, added: true };
      const { instance, envelope, now } = this.#options;
      const done = await addGeneration({ ...open, instance, envelope, now, target: this.#drawers.target }, draft);
      if (done.added) sent = done.generation;
      return done;
    });
  }

  async escrow(generation: Generation, wanted?: WantedPlace): Promise<EscrowReading> {
    const { generations, escrow } = await this.#drawers.look();
    const { records } = await generations.read();
    const record = records.find((each) => each.generation.id === generation.id);
    if (record !== undefined) return await escrow.read(record.escrow.chunks, wanted);
    throw new Failure('generation-unknown', `generation ${generation.number} is not in the vault`, {
      target: this.#drawers.target,
    });
  }

  async history(wanted?: WantedPlace): Promise<ValueHistory> {
    const { generations, escrow } = await this.#drawers.look();
    const { records } = await generations.read();
    return await readHistory(records, (name) => escrow.read([name]), wanted);
  }

  async record(name: RecordName): Promise<VaultRecord> {
    return await (await this.#drawers.look()).records.read(name);
  }

  async keepRecord(name: RecordName, value: JsonValue, options: { readonly confidential: boolean }): Promise<void> {
    await this.#drawers.change((open) => open.records.write(name, value, options));
  }

  async *parts(onDamaged: (damaged: DamagedGeneration) => void): AsyncGenerator<VaultPart> {
    yield* readParts(await this.#drawers.look(), onDamaged);
  }

  async takeIn(parts: () => AsyncIterable<VaultPart>, options: { readonly dryRun: boolean }): Promise<TakenIn> {
    const { instance, envelope } = this.#options;
    if (options.dryRun) return await takeIn({ ...(await this.#drawers.look()), instance, envelope }, parts, options);
    return await this.#drawers.change((open) => takeIn({ ...open, instance, envelope }, parts, options));
  }

  async reencrypt(options: ReencryptOptions): Promise<Reencrypted> {
    const { instance, envelope } = this.#options;
    if (options.dryRun) return await reencrypt({ ...(await this.#drawers.look()), instance, envelope }, options);
    return await this.#drawers.change((open) => reencrypt({ ...open, instance, envelope }, options));
  }

  async lease(signal: AbortSignal): Promise<Lease> {
    if (!this.#options.create) throw lookingOnly(this.#drawers.target);
    const { client, lease } = this.#session;
    try {
      return await acquireLease(client, lease, signal, this.#options.clock);
    } catch (error) {
      throw secretFailure(error, 'write');
    }
  }

  async prune(current: Sha256 | null = null): Promise<readonly Generation[]> {
    const { retention, now } = this.#options;
    return await this.#drawers.change((open) => pruneGenerations({ ...open, retention, now }, current));
  }

  async #findings(open: OpenDrawer): Promise<Finding[]> {
    const findings: Finding[] = [];
    if (open.immutable) {
      const { message, target = '', try: how = '' } = immutable(this.#session.secret, this.#drawers.target);
      findings.push({ code: 'vault-immutable', severity: 'error', target, message, try: how });
    }
    const { chunks, values, of } = await leftOutNow(open.drawer, open.generations);
    if (chunks > 0) {
      findings.push({
        code: 'escrow-left-out',
        severity: 'warning',
        target: this.#drawers.target,
        message: `a Secret has no room for ${values} of ${of} sealed values: they are not in the escrow, those of users last`,
        try: 'keep the vault in a directory on a volume, which holds them all: KEYKEEPER_VAULT=file:///vault',
      });
    }
    return findings;
  }
}

async function find({ generations }: OpenDrawer, { id, number, createdAt }: Generation): Promise<Generation | null> {
  const { records } = await generations.read();
  const found = records.find(({ generation: each }) => each.number === number && each.createdAt === createdAt);
  return found?.generation.id === id ? found.generation : null;
}
