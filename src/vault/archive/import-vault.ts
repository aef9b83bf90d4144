import type { Envelope } from '../age-envelope.ts';
import type { TakenIn, Vault } from '../vault.ts';
import { openArchive } from './archive-file.ts';
import { checkArchive, readParts } from './read-archive.ts';

export interface Imported extends TakenIn {
  /** When the file was written: RFC 3339, UTC. */
  readonly exportedAt: string;
  /** How many generations the file holds. */
  readonly held: number;
}

/**
 * Takes an export into a vault. The file is read and checked to its end before anything is written; it may be larger than
 * the memory. See {@link Vault.takeIn} for what a vault makes of it, and how it can be killed.
 *
 * @param envelope whose identity opens the file
 * @throws Failure `export-unreadable`, `export-damaged`, `vault-…`
 */
export async function importFile(
  path: string,
  target: { readonly vault: Vault; readonly envelope: Envelope; readonly instance: string },
  options: { readonly dryRun: boolean },
): Promise<Imported> {
  using file = openArchive(path, target.envelope);
  const contents = await checkArchive(file.bytes(), target.instance);
  const taken = await target.vault.takeIn(() => readParts(file.bytes(), contents), options);
  return { ...taken, exportedAt: contents.head.createdAt, held: taken.generations.length + taken.known };
}
