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

/** As lstat(2) and fstat(2) tell it; the same again for an inode that is as it was. */
export function statsOf(inode: Inode, bigint: boolean): object {
  let told = inode.told;
  if (told?.isOf(inode) !== true) {
    told = new Told(inode);
    inode.told = told;
  }
  return bigint ? told.big(inode) : told.plain(inode);
}

/** What was told of an inode last, and how it was then. */
export class Told {
  readonly #mode: number;
  readonly #uid: number;
  readonly #gid: number;
  readonly #links: number;
  readonly #size: number;
  readonly #modified: number;
  readonly #changed: number;
  readonly #version: bigint;
  #plain: Stats | null = null;
  #big: BigStats | null = null;

  constructor(inode: Inode) {
    this.#mode = inode.mode;
    this.#uid = inode.uid;
    this.#gid = inode.gid;
    this.#links = inode.links;
    this.#size = inode.content.length;
    this.#modified = inode.modified;
    this.#changed = inode.changed;
    this.#version = inode.version;
  }

  isOf(inode: Inode): boolean {
    return (
      this.#version === inode.version &&
      this.#links === inode.links &&
      this.#mode === inode.mode &&
      this.#uid === inode.uid &&
      this.#gid === inode.gid &&
      this.#size === inode.content.length &&
      this.#modified === inode.modified &&
      this.#changed === inode.changed
    );
  }

  plain(inode: Inode): Stats {
    this.#plain ??= new Stats(inode);
    return this.#plain;
  }

  big(inode: Inode): BigStats {
    this.#big ??= new BigStats(inode);
    return this.#big;
  }
}

function linksOf(inode: Inode): number {
  return inode.kind === 'directory' ? DIRECTORY_LINKS : inode.links;
}

function sizeOf(inode: Inode): number {
  return inode.kind === 'file' ? inode.content.length : DIRECTORY_SIZE;
}
