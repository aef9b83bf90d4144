import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Whole bundles of authorities have 250 KB. In bytes. */
const LIMIT = 1024 * 1024;

/**
 * Reads a PEM file whose path comes from `config_db.php`, which a web application may write: a FIFO must not block, a
 * device must not be read without end. Links are followed, for mounted secrets are links.
 *
 * @throws Error that says what it is instead of a file of at most 1 MiB, or the system error
 */
export function readPemFile(path: string): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error('it is no regular file');
    const content = Buffer.alloc(LIMIT + 1);
    let length = 0;
    for (;;) {
      const count = readSync(descriptor, content, length, content.length - length, length);
      length += count;
      if (length > LIMIT) throw new Error('it is larger than 1 MiB');
      if (count === 0) return content.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}
