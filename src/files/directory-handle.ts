import { type BigIntStats, constants, fsyncSync, lstatSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { AbsolutePath } from '../core/brand.ts';
import { systemCode } from '../core/failure.ts';
import { Descriptor, O_PATH } from './descriptor.ts';
import { walkToParent } from './walk-to.ts';

/**
 * A directory held by its descriptor, so that whoever may rename it cannot make us work in another one.
 *
 * Node.js has no openat(2), linkat(2) or renameat(2). Where /proc is mounted (in every container by default),
 * {@link DirectoryHandle.entry} gives `/proc/self/fd/<descriptor>/<name>`, which the kernel resolves from the held
 * directory: the same guarantee. Without /proc it gives the plain path, and all that is left is the check of
 * {@link DirectoryHandle.isStillNamed}: a directory swapped after it is followed.
 */
export class DirectoryHandle implements Disposable {
  readonly path: AbsolutePath;
  readonly #descriptor: Descriptor;
  readonly #identity: BigIntStats;
  readonly #base: string;

  /**
   * `look` needs no permission on the directory; `write` needs to read it, so that it can be synced. `way` reaches it
   * where its path is not to be trusted, see {@link openDirectory}.
   */
  constructor(path: AbsolutePath, purpose: 'look' | 'write', way: string = path) {
    const access = purpose === 'look' ? O_PATH : constants.O_RDONLY;
    this.path = path;
    this.#descriptor = new Descriptor(way, access | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    this.#identity = this.#descriptor.stats();
    const link = `/proc/self/fd/${this.#descriptor.number}`;
    this.#base = isSameInode(statsOf(link, statSync), this.#identity) ? link : path;
  }

  /** A path for system calls that act on `name` in this very directory. */
  entry(name: string): string {
    return `${this.#base}/${name}`;
  }

  /** Whether {@link DirectoryHandle.entry} resolves from the held directory, whatever becomes of its path. */
  get isHeld(): boolean {
    return this.#base !== this.path;
  }

  /** The path of the entries, for reading the directory's own list. */
  get list(): string {
    return this.#base;
  }

  /** Whether the directory's path still names the directory that is held. */
  isStillNamed(): boolean {
    return isSameInode(statsOf(this.path, lstatSync), this.#identity);
  }

  /** Makes the names in the directory last. Some file systems (FUSE, CIFS) cannot, and say EINVAL: nothing to be done. */
  sync(): void {
    try {
      fsyncSync(this.#descriptor.number);
    } catch (error) {
      if (systemCode(error) !== 'EINVAL') throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#descriptor[Symbol.dispose]();
  }
}

/**
 * Opens the directory itself, never through a symlink in its last component, nor through one above it that is not root's.
 * Throws the system error: `ENOENT`, `EACCES`, `ENOTDIR` (a symlink too), `ELOOP` (a foreign one above it), …
 */
export function openDirectory(path: AbsolutePath, purpose: 'look' | 'write'): DirectoryHandle {
  using parent = walkToParent(path);
  return new DirectoryHandle(path, purpose, entryOf(parent, path));
}

/** The path of `path`'s last name in its parent as it was walked to. */
export function entryOf(parent: Descriptor | null, path: AbsolutePath): string {
  return parent === null ? path : `/proc/self/fd/${parent.number}/${basename(path)}`;
}

export function isSameInode(one: BigIntStats | undefined, other: BigIntStats): boolean {
  return one !== undefined && one.ino === other.ino && one.dev === other.dev;
}

function statsOf(path: string, read: typeof statSync | typeof lstatSync): BigIntStats | undefined {
  try {
    return read(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
