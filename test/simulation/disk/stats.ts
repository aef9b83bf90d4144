import type { Inode } from './inode.ts';

const TYPE = { file: 0o100000, directory: 0o040000 } as const;
const DEVICE = 7;
const DIRECTORY_SIZE = 4096;
const DIRECTORY_LINKS = 2;

/** What an inode was when somebody asked. */
class Asked {
  readonly #directory: boolean;

  constructor(inode: Inode) {
    this.#directory = inode.kind === 'directory';
  }

  isFile(): boolean {
    return !this.#directory;
  }

  isDirectory(): boolean {
    return this.#directory;
  }

  isSymbolicLink(): boolean {
    return false;
  }

  isFIFO(): boolean {
    return false;
  }

  isSocket(): boolean {
    return false;
  }

  isBlockDevice(): boolean {
    return false;
  }

  isCharacterDevice(): boolean {
    return false;
  }
}

/** As `fs.Stats`, as far as the product asks. */
class Stats extends Asked {
  readonly dev = DEVICE;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;

  constructor(inode: Inode) {
    super(inode);
    this.ino = Number(inode.number);
    this.mode = TYPE[inode.kind] | inode.mode;
    this.nlink = linksOf(inode);
    this.uid = inode.uid;
    this.gid = inode.gid;
    this.size = sizeOf(inode);
    this.mtimeMs = inode.modified;
    this.ctimeMs = inode.changed;
  }
}

/** As `fs.BigIntStats`. */
class BigStats extends Asked {
  readonly dev = BigInt(DEVICE);
  readonly ino: bigint;
  readonly mode: bigint;
  readonly nlink: bigint;
  readonly uid: bigint;
  readonly gid: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly mtimeMs: bigint;

  constructor(inode: Inode) {
    super(inode);
    this.ino = inode.number;
    this.mode = BigInt(TYPE[inode.kind] | inode.mode);
    this.nlink = BigInt(linksOf(inode));
    this.uid = BigInt(inode.uid);
    this.gid = BigInt(inode.gid);
    this.size = BigInt(sizeOf(inode));
    this.mtimeMs = BigInt(Math.floor(inode.modified));
    this.mtimeNs = this.mtimeMs * 1_000_000n + inode.version;
    this.ctimeNs = BigInt(Math.floor(inode.changed)) * 1_000_000n + inode.version;
  }
}

/** As lstat(2) and fstat(2) tell it. */
export function statsOf(inode: Inode, bigint: boolean): object {
  return bigint ? new BigStats(inode) : new Stats(inode);
}

function linksOf(inode: Inode): number {
  return inode.kind === 'directory' ? DIRECTORY_LINKS : inode.links;
}

function sizeOf(inode: Inode): number {
  return inode.kind === 'file' ? inode.content.length : DIRECTORY_SIZE;
}
