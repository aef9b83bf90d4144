import {
  type BigIntStats,
  chmodSync,
  chownSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  statSync,
} from 'node:fs';
import type { AbsolutePath, Gid, Mode, Uid } from '../core/brand.ts';
import { Descriptor, O_PATH } from './descriptor.ts';
import { entryOf, isSameInode } from './directory-handle.ts';
import { READ_FLAGS } from './read-file.ts';
import { walkToParent } from './walk-to.ts';

/**
 * A file or directory held so that its owner and mode can be changed, never those of what takes its name meanwhile, nor
 * of what a symlink above it leads to.
 *
 * It is opened with `O_PATH`, which needs no permission on it (mode 000) and does nothing to a FIFO or device; the changes
 * go through `/proc/self/fd/<descriptor>`, since fchmod(2) and fchown(2) refuse such a descriptor. Without /proc it is
 * opened for reading, which a file of mode 000 does not allow to everybody.
 */
export class AccessHandle implements Disposable {
  readonly stats: BigIntStats;
  readonly #descriptor: Descriptor;
  readonly #link: string | null;

  /** Throws the system error. */
  constructor(path: AbsolutePath) {
    using parent = walkToParent(path);
    const way = entryOf(parent, path);
    const held = new Descriptor(way, O_PATH | constants.O_NOFOLLOW);
    const stats = held.stats();
    const link = `/proc/self/fd/${held.number}`;
    if (stats.isSymbolicLink() || leadsTo(link, stats)) {
      this.#descriptor = held;
      this.#link = link;
      this.stats = stats;
      return;
    }
    held[Symbol.dispose]();
    this.#descriptor = new Descriptor(way, READ_FLAGS);
    this.#link = null;
    this.stats = this.#descriptor.stats();
  }

  /** How it stands now. Throws the system error. */
  look(): BigIntStats {
    return fstatSync(this.#descriptor.number, { bigint: true });
  }

  /** Throws the system error. */
  setMode(bits: Mode): void {
    if (this.#link === null) fchmodSync(this.#descriptor.number, bits);
    else chmodSync(this.#link, bits);
  }

  /** Null leaves the id as it is. Throws the system error. */
  setOwner(uid: Uid | null, gid: Gid | null): void {
    if (this.#link === null) fchownSync(this.#descriptor.number, uid ?? -1, gid ?? -1);
    else chownSync(this.#link, uid ?? -1, gid ?? -1);
  }

  [Symbol.dispose](): void {
    this.#descriptor[Symbol.dispose]();
  }
}

function leadsTo(link: string, stats: BigIntStats): boolean {
  try {
    return isSameInode(statSync(link, { bigint: true, throwIfNoEntry: false }), stats);
  } catch {
    return false;
  }
}
