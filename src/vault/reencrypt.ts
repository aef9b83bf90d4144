import { Failure } from '../core/failure.ts';
import type { DamagedGeneration } from '../core/observation.ts';
import type { Envelope } from './age-envelope.ts';
import { checkRecipients, closedFiles } from './check-recipients.ts';
import { decodeChunk } from './chunk-file.ts';
import { decodeGeneration } from './generation-format.ts';
import { decodeRecord } from './record-format.ts';
import { reencryptPart } from './reencrypt-part.ts';
import type { Stores } from './stores.ts';
import type { Reencrypted, ReencryptOptions, VaultPart } from './vault.ts';
import { readParts } from './vault-parts.ts';

export interface ReencryptedVault extends Stores {
  readonly instance: string;
  readonly envelope: Envelope;
}

/**
 * Goes through the vault twice: first everything is only opened, then each file is replaced by its new form, written
 * whole under a temporary name, synced, and renamed. What is new is decoded before it replaces anything: it must be the
 * same generation, chunk or record. Killed anywhere, every file is the old or the new one.
 *
 * The caller holds the lease: a prune in between would have its files come back.
 */
export async function reencrypt(vault: ReencryptedVault, options: ReencryptOptions): Promise<Reencrypted> {
  const verified = await checkRecipients(vault.envelope, options.toOthers);
  const damaged = new Map<string, DamagedGeneration>();
  const tell = (each: DamagedGeneration) => damaged.set(each.file, each);
  await openAll(vault, options.signal, tell);
  const counts = { generation: 0, chunk: 0, record: 0 };
  for await (const part of readParts(vault, tell)) {
    options.signal.throwIfAborted();
    const bytes = await reencryptPart(part, vault.instance, vault.envelope);
    // Since it was opened a moment ago: that one stays as it lies there.
    if (typeof bytes === 'string') {
      tell({ file: describe(part), reason: 'was damaged meanwhile' });
      continue;
    }
    if (bytes.equals(part.bytes)) continue;
    if (!(await isSame(part, bytes, vault))) throw notTheSame(part);
    if (!options.dryRun) replacePart(part, bytes, vault);
    counts[part.kind] += 1;
    options.onProgress?.(counts.generation + counts.chunk + counts.record);
  }
  return {
    generations: counts.generation,
    chunks: counts.chunk,
    records: counts.record,
    damaged: [...damaged.values()],
    verified,
  };
}

/** @throws Failure `vault-identity-missing` where something does not open */
async function openAll(
  vault: ReencryptedVault,
  signal: AbortSignal,
  tell: (damaged: DamagedGeneration) => void,
): Promise<void> {
  const closed: string[] = [];
  const reader = { ...vault.envelope, seals: false };
  for await (const part of readParts(vault, tell)) {
    signal.throwIfAborted();
    if ((await reencryptPart(part, vault.instance, reader)) === 'closed') closed.push(describe(part));
  }
  const [first] = closed;
  if (first !== undefined) throw closedFiles(closed.length, first);
}

/** What is sealed to others alone is taken at its word: it was made here from what was opened. */
async function isSame(part: VaultPart, bytes: Buffer, { instance, envelope }: ReencryptedVault): Promise<boolean> {
  switch (part.kind) {
    case 'generation': {
      const place = { number: part.number, instance };
      const [before, after] = [
        await decodeGeneration(part.bytes, place, envelope),
        await decodeGeneration(bytes, place, envelope),
      ];
      if (before.kind !== 'whole' || after.kind !== 'whole') return false;
      const [was, is] = [before.record.generation, after.record.generation];
      return was.id === is.id && (is.sealed || was.contentsDigest === is.contentsDigest);
    }
    case 'chunk':
      return (await decodeChunk(bytes, part.name, envelope)).kind !== 'damaged';
    case 'record': {
      const after = await decodeRecord(bytes, { name: part.name, instance }, envelope);
      return after.kind === 'present' || after.kind === 'sealed';
    }
  }
}

function replacePart(part: VaultPart, bytes: Buffer, { generations, escrow, records }: Stores): void {
  switch (part.kind) {
    case 'generation':
      generations.replace(part.number, bytes);
      break;
    case 'chunk':
      escrow.replace(part.name, bytes);
      break;
    case 'record':
      records.replace(part.name, bytes);
      break;
  }
}

function describe(part: VaultPart): string {
  return part.kind === 'generation' ? `generation ${part.number}` : `${part.kind} ${part.name}`;
}

function notTheSame(part: VaultPart): Failure {
  return new Failure(
    'generation-damaged',
    `${describe(part)} does not come out the same in its new form: it was left`,
    {
      target: describe(part),
      expected: 'the same content after opening what was just encrypted',
      try: 'keykeeper export, keep the file, and report this',
    },
  );
}
