import { type Dir, type Dirent, fstatSync, lstatSync, opendirSync, readSync, unlinkSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AbsolutePath, absolutePath } from '../core/brand.ts';
import { systemCode } from '../core/failure.ts';
import { Descriptor } from './descriptor.ts';
import { DirectoryHandle, isSameInode, openDirectory } from './directory-handle.ts';
import { READ_FLAGS } from './read-file.ts';

/** Which files of a tree are wanted. */
export interface FileSearch {
  /** For each directory on the way down, whether its name fits; files are looked at below the last alone. */
  readonly directories: readonly ((name: string) => boolean)[];
  /** How many of these must be there for the tree to be the right one; a file that is opened proves it in any case. */
  readonly landmark: number;
  /** Whether a file of this name is opened at all. */
  readonly file: (name: string) => boolean;
  /** How much of each file is read, in bytes. */
  readonly headBytes: number;
  readonly isWanted: (head: Buffer) => boolean;
}

export interface SearchLimits {
  /** Names looked at, of files and directories. */
  readonly names: number;
  /** How long it may take, in ms. */
  readonly time: number;
}

export interface Removal {
  /** Whether this is the right tree, see {@link FileSearch.landmark}. */
  readonly reached: boolean;
  /** Whether everything was looked at: no limit was met, and nothing was refused by the system. */
  readonly complete: boolean;
  /** Names looked at. */
  readonly looked: number;
  readonly removed: number;
  /** The first error of the system (`EACCES`, `EROFS`, …), or null. */
  readonly trouble: string | null;
}

/** After so many names others get their turn. */
const TURN = 256;

/**
 * Removes the wanted files below `root`, a directory that somebody hostile may write to while this runs, perhaps with more
 * rights than they have. Each directory is held by its descriptor and opened by its name in the one that holds it, never
 * through a link; a file is opened without following, told by what its descriptor shows (regular, one name), read no
 * further than `headBytes`, and removed only if its name still leads to that same inode. Whoever swaps it in the last
 * moment loses the file put there, which they could have removed themselves: it lies in the same held directory.
 *
 * Killed at any moment, it has removed some of the wanted files and no part of any; the next run removes the rest. Memory
 * does not grow with the tree: names are read a few at a time.
 *
 * @throws the reason of `signal` once that is aborted; nothing for what it finds there
 */
export async function removeFound(
  root: AbsolutePath,
  search: FileSearch,
  limits: SearchLimits,
  signal: AbortSignal,
): Promise<Removal> {
  const walk = new Walk(search, limits, signal);
  try {
    using handle = openDirectory(root, 'look');
    await walk.enter(handle, 0);
  } catch (error) {
    walk.note(error);
  }
  return walk.result();
}

class Walk {
  readonly #search: FileSearch;
  readonly #limits: SearchLimits;
  readonly #signal: AbortSignal;
  readonly #deadline: number;
  readonly #head: Buffer;
  #reached = false;
  #stopped = false;
  #looked = 0;
  #removed = 0;
  #trouble: string | null = null;

  constructor(search: FileSearch, limits: SearchLimits, signal: AbortSignal) {
    this.#search = search;
    this.#limits = limits;
    this.#signal = signal;
    this.#deadline = performance.now() + limits.time;
    this.#head = Buffer.alloc(search.headBytes);
  }

  result(): Removal {
    const complete = !this.#stopped && this.#trouble === null;
    const [reached, looked, removed, trouble] = [this.#reached, this.#looked, this.#removed, this.#trouble];
    return { reached, complete, looked, removed, trouble };
  }

  /** What is no longer there, or never was what it seemed, is nothing to tell. */
  note(error: unknown): void {
    const code = systemCode(error);
    if (code === undefined) throw error;
    if (!['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(code)) this.#trouble ??= code;
  }

  async enter(directory: DirectoryHandle, depth: number): Promise<void> {
    if (!directory.isHeld) {
      // Without /proc a name could be swapped between two calls.
      this.#trouble ??= 'ENOSYS';
      return;
    }
    if (depth >= this.#search.landmark) this.#reached = true;
    using list = new OpenList(directory.list);
    for (let entry = list.next(); entry !== null && (await this.#mayGoOn()); entry = list.next()) {
      const fits = this.#search.directories[depth];
      if (fits === undefined) this.#look(directory, entry);
      else if (entry.isDirectory() && fits(entry.name)) await this.#descend(directory, entry.name, depth + 1);
    }
  }

  async #descend(parent: DirectoryHandle, name: string, depth: number): Promise<void> {
    try {
      using child = new DirectoryHandle(absolutePath(parent.entry(name)), 'look');
      await this.enter(child, depth);
    } catch (error) {
      this.note(error);
    }
  }

  #look(directory: DirectoryHandle, entry: Dirent): void {
    if (!entry.isFile() || !this.#search.file(entry.name)) return;
    const path = directory.entry(entry.name);
    try {
      using file = new Descriptor(path, READ_FLAGS);
      const stats = file.stats();
      if (!stats.isFile() || stats.nlink !== 1n) return;
      this.#reached = true;
      if (!this.#search.isWanted(this.#read(file))) return;
      if (!isSameInode(lstatSync(path, { bigint: true }), fstatSync(file.number, { bigint: true }))) return;
      unlinkSync(path);
      this.#removed += 1;
    } catch (error) {
      this.note(error);
    }
  }

  /** A file that is written at this moment may be short: it is then not wanted, and newer than what was to be removed. */
  #read(file: Descriptor): Buffer {
    const length = readSync(file.number, this.#head, 0, this.#head.length, 0);
    return this.#head.subarray(0, length);
  }

  async #mayGoOn(): Promise<boolean> {
    this.#looked += 1;
    if (this.#looked % TURN === 0) await nextTurn();
    this.#signal.throwIfAborted();
    if (this.#looked > this.#limits.names || performance.now() > this.#deadline) this.#stopped = true;
    return !this.#stopped;
  }
}

/** The names in a directory, read one after another. */
class OpenList implements Disposable {
  readonly #list: Dir;

  constructor(path: string) {
    this.#list = opendirSync(path, { bufferSize: 64 });
  }

  next(): Dirent | null {
    return this.#list.readSync();
  }

  [Symbol.dispose](): void {
    this.#list.closeSync();
  }
}
