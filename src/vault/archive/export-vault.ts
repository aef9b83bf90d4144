import { Failure } from '../../core/failure.ts';
import type { DamagedGeneration } from '../../core/observation.ts';
import type { Envelope } from '../age-envelope.ts';
import type { Vault } from '../vault.ts';
import { openArchive } from './archive-file.ts';
import { type PutArchive, putArchive } from './put-archive.ts';
import { checkArchive } from './read-archive.ts';
import { type ArchiveCount, type ArchiveFacts, writeArchive } from './write-archive.ts';

export interface ExportRequest extends ArchiveFacts {
  readonly vault: Vault;
  /** Its recipients are whom the file is encrypted to; without any it is a tar file in clear. */
  readonly envelope: Envelope;
}

/** What is in the file. */
export interface Exported extends Readonly<ArchiveCount> {
  /** Files of the vault that could not be used, and are not in it. */
  readonly damaged: readonly DamagedGeneration[];
  readonly encrypted: boolean;
  /**
   * How far the file was looked into once it was there. `bytes`: no identity opens it, so its bytes were compared;
   * `nothing`: it is no file.
   */
  readonly checked: 'contents' | 'bytes' | 'nothing';
}

/** A vault as a stream of bytes, and what is in it once they were read to their end. */
export interface ExportStream {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly result: () => Exported;
}

export async function streamExport({ vault, envelope, ...facts }: ExportRequest): Promise<ExportStream> {
  const count = { chunks: 0, generations: 0, records: 0 };
  const damaged: DamagedGeneration[] = [];
  const parts = vault.parts((each) => damaged.push(each));
  const clear = writeArchive({ instance: facts.instance, createdAt: facts.createdAt }, parts, count);
  const encrypted = envelope.seals;
  const bytes = encrypted ? await envelope.sealStream(clear) : clear;
  return { bytes, result: () => ({ ...count, damaged, encrypted, checked: 'nothing' }) };
}

/**
 * Writes a vault into one file and reads that back: as bytes, and, where it is in clear or the identity opens it, as the
 * export that it must be. Reads the vault only.
 *
 * @throws Failure `export-unwritable`, `refused`, `vault-…`; the reason of `signal`
 */
export async function exportToFile(
  path: string,
  request: ExportRequest,
  signal: AbortSignal,
): Promise<Exported & PutArchive> {
  const { envelope, instance } = request;
  const { bytes, result } = await streamExport(request);
  const opens = !envelope.seals || envelope.opens;
  let checked: Exported['checked'] = 'bytes';
  const put = await putArchive(
    path,
    bytes,
    async (temporary) => {
      if (opens && (await looksRight(temporary, envelope, instance))) checked = 'contents';
    },
    signal,
  );
  return { ...result(), ...put, checked };
}

/** @returns false where the identity is that of the vault, and the file is encrypted to somebody else */
async function looksRight(path: string, envelope: Envelope, instance: string): Promise<boolean> {
  using file = openArchive(path, envelope);
  try {
    await checkArchive(file.bytes(), instance);
    return true;
  } catch (error) {
    if (error instanceof Failure && error.code === 'vault-identity-missing') return false;
    throw error;
  }
}
