import { createHash } from 'node:crypto';
import type { Sha256 } from '../core/brand.ts';
import { Failure } from '../core/failure.ts';
import { type Envelope, isAgeFile } from './age-envelope.ts';

/** A chunk file or a chunk's text of more bytes is not read. */
export const CHUNK_LIMIT = 64 * 1024 * 1024;

export type ChunkText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'closed' }
  | { readonly kind: 'damaged'; readonly reason: string };

/** Reads a chunk's file, and checks it against its name as far as it can be opened. */
export async function decodeChunk(file: Buffer, name: Sha256, envelope: Envelope): Promise<ChunkText> {
  let zipped = file;
  if (isAgeFile(zipped)) {
    const opened = await envelope.open(zipped);
    if (opened.kind === 'closed') return opened;
    if (opened.kind === 'damaged') return { kind: 'damaged', reason: 'cannot be decrypted' };
    zipped = opened.clear;
  }
  const text = await unzip(zipped);
  if (text === null || createHash('sha256').update(text).digest('hex') !== name) {
    return { kind: 'damaged', reason: 'does not match the SHA-256 in its name' };
  }
  return { kind: 'text', text: text.toString('utf8') };
}

async function unzip(zipped: Buffer): Promise<Buffer | null> {
  const { gunzipSync } = await import('node:zlib');
  try {
    return gunzipSync(zipped, { maxOutputLength: CHUNK_LIMIT });
  } catch {
    return null;
  }
}

export function closedEscrow(path: string): Failure {
  return new Failure('vault-identity-missing', 'the escrow is encrypted and no identity opens it', {
    target: path,
    expected: 'the age identity of one of its recipients',
    try: 'set KEYKEEPER_AGE_IDENTITY_FILE to the age identity of this vault',
  });
}
