import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { type Sha256, sha256 } from '../../core/brand.ts';
import { RECORD_NAMES, type RecordName, type VaultPart } from '../vault.ts';

/** The format that this release writes, and the newest that it reads. */
export const ARCHIVE_FORMAT = 1;
/** The oldest release that reads {@link ARCHIVE_FORMAT}. */
export const ARCHIVE_READABLE_FROM = '0.1.0';

/** The first entry: says what this is, and of which instance. */
export const HEAD_NAME = 'keykeeper-export.json';
/** The last one: names every entry before it, with size and SHA-256. Without it the file is cut short. */
export const END_NAME = 'keykeeper-export-end.json';

/** What the first entry of every format says. */
export const headShape = z.looseObject({
  keykeeper: z.literal('export'),
  format: z.int().check(z.minimum(1)),
  readableFrom: z.optional(z.string()),
  instance: z.string(),
  createdAt: z.iso.datetime(),
});

export type ArchiveHead = z.infer<typeof headShape>;

const entryShape = z.strictObject({
  name: z.string(),
  size: z.int().check(z.minimum(0)),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});

/** One entry of the tar file, as its end names it. */
export type ArchiveEntry = z.infer<typeof entryShape>;

export const endShape = z.looseObject({
  keykeeper: z.literal('export-end'),
  entries: z.array(entryShape),
  sha256: z.string(),
});

/** SHA-256 over the list of entries as compact JSON, each entry's own SHA-256 in it: it stands for the whole. */
export function digestOfEntries(entries: readonly ArchiveEntry[]): Sha256 {
  return digestOf(JSON.stringify(entries.map(({ name, size, sha256: digest }) => ({ name, size, sha256: digest }))));
}

export function digestOf(content: Uint8Array | string): Sha256 {
  return sha256(createHash('sha256').update(content).digest('hex'));
}

/** Where a part lies in the tar file: as in the vault, so that unpacking it gives one. */
export function entryName(instance: string, part: VaultPart): string {
  switch (part.kind) {
    case 'chunk':
      return `${instance}/escrow/${part.name.slice(0, 2)}/${part.name}`;
    case 'generation':
      return `${instance}/generations/${String(part.number).padStart(6, '0')}.json`;
    case 'record':
      return `${instance}/records/${part.name}.json`;
  }
}

/** The part that an entry of this name is; null for any other name, such as that of a record of a later release. */
export function partNamed(instance: string, name: string, bytes: Buffer): VaultPart | null {
  if (!name.startsWith(`${instance}/`)) return null;
  const path = name.slice(instance.length + 1);
  const chunk = /^escrow\/[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(path)?.[1];
  if (chunk !== undefined) return { kind: 'chunk', name: sha256(chunk), bytes };
  const number = /^generations\/(\d{6,9})\.json$/.exec(path)?.[1];
  if (number !== undefined) return { kind: 'generation', number: Number(number), bytes };
  const record = /^records\/([a-z-]{1,32})\.json$/.exec(path)?.[1];
  if (record !== undefined && isRecordName(record)) return { kind: 'record', name: record, bytes };
  return null;
}

function isRecordName(name: string): name is RecordName {
  return (RECORD_NAMES as readonly string[]).includes(name);
}
