import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { systemCode } from '../../core/failure.ts';

export type Reading =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  | { readonly kind: 'absent' }
  /** `reason` completes "the file …". */
  | { readonly kind: 'unusable'; readonly reason: string };

/**
 * Reads a regular file of at most `limit` bytes. Symbolic links are not followed, and a FIFO or a device does not hold
 * anybody up: the type is checked on the descriptor (open(2): O_NOFOLLOW, O_NONBLOCK).
 */
export function readRegular(path: string, limit: number): Reading {
  let descriptor: number;
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
    descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  } catch (error) {
    return refusal(error);
  }
  try {
    return readDescriptor(descriptor, limit);
  } catch (error) {
    return refusal(error);
  } finally {
    letGo(descriptor);
  }
}

/** What was read stays read: the descriptor is gone whatever close(2) says of it ("Dealing with error returns from close"). */
function letGo(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {}
}

function readDescriptor(descriptor: number, limit: number): Reading {
  const status = fstatSync(descriptor);
  if (!status.isFile()) return { kind: 'unusable', reason: 'is not a regular file' };
  if (status.size > limit) return { kind: 'unusable', reason: `is larger than ${limit} bytes` };
  const bytes = Buffer.alloc(status.size);
  let length = 0;
  while (length < bytes.length) {
    const count = readSync(descriptor, bytes, length, bytes.length - length, length);
    if (count === 0) break;
    length += count;
  }
  return { kind: 'read', bytes: bytes.subarray(0, length) };
}

function refusal(error: unknown): Reading {
  const code = systemCode(error);
  if (code === 'ENOENT') return { kind: 'absent' };
  if (code === 'ELOOP') return { kind: 'unusable', reason: 'is a symbolic link' };
  return { kind: 'unusable', reason: `cannot be read (${code ?? 'unknown error'})` };
}
