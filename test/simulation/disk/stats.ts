import type { Inode } from './inode.ts';

const TYPE = { file: 0o100000, directory: 0o040000 } as const;

/** As `fs.Stats` and `fs.BigIntStats`, as far as the product asks. */
export function statsOf(inode: Inode, bigint: boolean): object {
  const size = inode.kind === 'file' ? inode.content.length : 4096;
  const numbers = {
    dev: 7,
    mode: TYPE[inode.kind] | inode.mode,
    nlink: inode.kind === 'directory' ? 2 : inode.links,
    uid: inode.uid,
    gid: inode.gid,
    size,
  };
  const kind = {
    isFile: () => inode.kind === 'file',
    isDirectory: () => inode.kind === 'directory',
    isSymbolicLink: () => false,
    isFIFO: () => false,
    isSocket: () => false,
    isBlockDevice: () => false,
    isCharacterDevice: () => false,
  };
  if (!bigint) {
    return { ...kind, ...numbers, ino: Number(inode.number), mtimeMs: inode.modified, ctimeMs: inode.changed };
  }
  return {
    ...kind,
    dev: BigInt(numbers.dev),
    mode: BigInt(numbers.mode),
    nlink: BigInt(numbers.nlink),
    uid: BigInt(numbers.uid),
    gid: BigInt(numbers.gid),
    size: BigInt(numbers.size),
    ino: inode.number,
    mtimeNs: BigInt(Math.floor(inode.modified)) * 1_000_000n + inode.version,
    ctimeNs: BigInt(Math.floor(inode.changed)) * 1_000_000n + inode.version,
    mtimeMs: BigInt(Math.floor(inode.modified)),
    ctimeMs: BigInt(Math.floor(inode.changed)),
  };
}
