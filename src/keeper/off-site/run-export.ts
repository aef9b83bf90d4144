import { unlinkSync } from 'node:fs';
import type { Settings } from '../../config/settings.ts';
import { createEnvelope } from '../../vault/age-envelope.ts';
import { type Exported, exportToFile } from '../../vault/archive/export-vault.ts';
import type { PutArchive } from '../../vault/archive/put-archive.ts';
import type { Vault } from '../../vault/vault.ts';
import { exportTarget, surplusExports } from './export-target.ts';

export interface ExportOrder {
  readonly settings: Settings;
  readonly vault: Vault;
  /** A file, or a directory in which the export gets a name of its own. */
  readonly place: string;
  /** Whom it is encrypted to; empty: a tar file in clear. */
  readonly recipients: readonly string[];
  /** The place is a directory that a schedule fills: the oldest exports of the instance go. */
  readonly rotates: boolean;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

export interface ExportDone extends Exported, PutArchive {
  /** Older exports that were removed once this one was in place. */
  readonly removed: readonly string[];
}

/**
 * Writes the vault into one file. Killed anywhere, the file is there whole or not at all, and no older one is missing for
 * it: those go last.
 *
 * @throws Failure `export-unwritable`, `refused`, `vault-…`; the reason of `signal`
 */
export async function runExport(order: ExportOrder): Promise<ExportDone> {
  const { settings, vault, place, recipients, now, signal } = order;
  const { instance } = settings;
  const { path, directory } = exportTarget(place, settings, now(), recipients.length > 0);
  const envelope = createEnvelope(recipients, settings.ageIdentity);
  await envelope.check();
  const createdAt = now().toISOString();
  const done = await exportToFile(path, { vault, envelope, instance, createdAt }, signal);
  const removed = order.rotates && directory !== null ? surplusExports(directory, instance) : [];
  for (const each of removed) unlinkSync(each);
  return { ...done, removed };
}

/** What is in an export, for people. */
export function describeExport({ generations, records, chunks, encrypted, checked }: Exported): string {
  const content = [
    counted(generations, 'generation'),
    counted(chunks, 'chunk of escrow', 'chunks of escrow'),
    counted(records, 'record'),
  ];
  const looked = { contents: 'read back and looked into', bytes: 'read back', nothing: 'not read back' }[checked];
  return `${content.join(', ')}; ${encrypted ? 'encrypted' : 'in clear'}, ${looked}`;
}

/** `1 generation`, `3 generations`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
