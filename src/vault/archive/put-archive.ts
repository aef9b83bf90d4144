import { createHash, randomBytes } from 'node:crypto';
import { constants, lstatSync, readdirSync } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Sha256, sha256 } from '../../core/brand.ts';
import { Failure, systemCode } from '../../core/failure.ts';
import { createEnvelope } from '../age-envelope.ts';
import { syncDirectory, unlinkQuietly } from '../directory/write-whole.ts';
import { openArchive } from './archive-file.ts';
import { HEAD_NAME } from './archive-shape.ts';

export interface PutArchive {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** As `sha256sum` gives it. */
  readonly sha256: Sha256;
}

const HOUR = 3_600_000;
const TEMPORARY = /^\.keykeeper-export-[0-9a-f]{16}\.tmp$/;

/**
 * Writes a file whole: under a temporary name beside `path`, mode 0600, synced, read back and compared, then renamed. An
 * export that is there already is replaced; anything else under this name is left alone. Killed anywhere, what was there
 * stands, or the new one; a temporary file may stay, and goes with an export into this directory an hour later.
 *
 * @param check looks into the file before it gets its name
 * @throws Failure `export-unwritable`, `refused`; the reason of `signal`
 */
export async function putArchive(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  check: (temporary: string) => Promise<void>,
  signal: AbortSignal,
): Promise<PutArchive> {
  refuseOthers(path);
  const folder = dirname(path);
  const temporary = join(folder, `.keykeeper-export-${randomBytes(8).toString('hex')}.tmp`);
  try {
    removeTemporaries(folder);
    const { digest, size } = await write(temporary, bytes, signal);
    if ((await digestOfFile(temporary)) !== digest) throw differs(path);
    await check(temporary);
    signal.throwIfAborted();
    await rename(temporary, path);
    syncDirectory(folder);
    return { path, size, sha256: digest };
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw writeFailure(error, path);
  }
}

/** Only an export is replaced by an export: a mistyped path must not cost anybody a file. */
function refuseOthers(path: string): void {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined || (status.isFile() && (status.size === 0 || isExport(path)))) return;
  throw new Failure('refused', 'there is something else than an export under this name', {
    target: path,
    expected: 'a new name, or that of an earlier export',
    try: 'name another file',
  });
}

function isExport(path: string): boolean {
  using file = openArchive(path, createEnvelope([], null));
  return file.encrypted || file.beginning.subarray(0, HEAD_NAME.length).toString('latin1') === HEAD_NAME;
}

async function write(temporary: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal) {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const hash = createHash('sha256');
  let size = 0;
  await using file = await open(temporary, flags, 0o600);
  await file.chmod(0o600);
  for await (const chunk of bytes) {
    signal.throwIfAborted();
    await writeAll(file, chunk);
    hash.update(chunk);
    size += chunk.length;
  }
  await file.sync();
  return { digest: sha256(hash.digest('hex')), size };
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    written += (await file.write(chunk, written)).bytesWritten;
  }
}

async function digestOfFile(path: string): Promise<Sha256> {
  const hash = createHash('sha256');
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
  return sha256(hash.digest('hex'));
}

/** Those that nobody has written to for an hour: their writers were killed. */
function removeTemporaries(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!TEMPORARY.test(name)) continue;
    const status = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (status !== undefined && Date.now() - status.mtimeMs > HOUR) unlinkQuietly(join(folder, name));
  }
}

function differs(path: string): Failure {
  return new Failure('export-unwritable', 'the file reads back as something else than what was written', {
    target: path,
    expected: 'a disk that keeps what is written to it',
    try: 'look for disk errors in the kernel log (dmesg)',
  });
}

function writeFailure(error: unknown, path: string): unknown {
  const code = systemCode(error);
  if (error instanceof Failure || code === undefined) return error;
  const reason = code === 'ENOENT' ? `there is no directory "${dirname(path)}"` : `it cannot be written (${code})`;
  return new Failure('export-unwritable', `the export "${basename(path)}" was not written: ${reason}`, {
    target: path,
    expected: 'a directory that this user may write to, with free space',
    try: `ls -ld ${dirname(path)}; df -h ${dirname(path)}`,
    cause: error,
  });
}
