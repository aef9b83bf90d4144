import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { Failure, systemCode } from '../../core/failure.ts';
import { type Envelope, isAgeFile } from '../age-envelope.ts';

const readAt = promisify(read);
/** How much is read at once, in bytes. */
const PIECE = 256 * 1024;

/** An export as a file, open for reading as often as wanted. */
export interface ArchiveFile extends Disposable {
  readonly encrypted: boolean;
  /** The first bytes of the file as it lies there, up to 64. */
  readonly beginning: Buffer;
  /**
   * The bytes of the tar file from its beginning, decrypted.
   *
   * @throws Failure `vault-identity-missing`, `export-damaged`
   */
  bytes(): AsyncIterable<Uint8Array>;
}

/**
 * Opens a regular file. It stays the same file however often it is read, whatever its name stands for by then.
 *
 * @throws Failure `export-unreadable`
 */
export function openArchive(path: string, envelope: Envelope): ArchiveFile {
  const descriptor = open(path);
  try {
    const beginning = beginningOf(descriptor);
    const encrypted = isAgeFile(beginning);
    return {
      encrypted,
      beginning,
      bytes: () => (encrypted ? decrypted(path, descriptor, envelope) : contentOf(descriptor)),
      [Symbol.dispose]: () => closeSync(descriptor),
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** O_NONBLOCK: a FIFO must not hold anybody up before it is seen to be one (open(2)). */
function open(path: string): number {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(path, `cannot be read (${systemCode(error) ?? 'unknown error'})`, error);
  }
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw unreadable(path, 'is not a regular file');
}

function beginningOf(descriptor: number): Buffer {
  const bytes = Buffer.alloc(64);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0));
}

/** By position, so that several readings do not disturb each other. */
async function* contentOf(descriptor: number): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await readAt(descriptor, Buffer.allocUnsafe(PIECE), 0, PIECE, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* decrypted(path: string, descriptor: number, envelope: Envelope): AsyncGenerator<Uint8Array> {
  const opened = await envelope.openStream(contentOf(descriptor));
  if (opened.kind === 'closed') {
    throw new Failure('vault-identity-missing', 'the export is encrypted, and no configured identity opens it', {
      target: path,
      expected: 'the age identity of one of its recipients',
      try: 'set KEYKEEPER_AGE_IDENTITY_FILE to the file with the AGE-SECRET-KEY',
    });
  }
  if (opened.kind === 'damaged') throw damaged(path);
  try {
    yield* opened.clear;
  } catch (error) {
    throw damaged(path, error);
  }
}

function damaged(path: string, cause?: unknown): Failure {
  return new Failure('export-damaged', 'the export cannot be decrypted: it is damaged or cut short', {
    target: path,
    try: 'use another copy of the file, or an older export',
    ...(cause === undefined ? {} : { cause }),
  });
}

function unreadable(path: string, reason: string, cause?: unknown): Failure {
  return new Failure('export-unreadable', `the file ${reason}`, {
    target: path,
    expected: 'a file that keykeeper export wrote',
    try: `ls -l ${path}`,
    ...(cause === undefined ? {} : { cause }),
  });
}
