import type { Told } from './stats.ts';

export type InodeKind = 'file' | 'directory';

/** A file or directory. What reached the platter is `durable…`; the rest is lost in a power cut, or not. */
export class Inode {
  readonly number: bigint;
  readonly kind: InodeKind;
  mode: number;
  uid = 0;
  gid = 0;
  links = 0;
  modified: number;
  changed: number;
  /** Counts changes, for times that are equal otherwise. */
  version = 0n;
  content: Buffer = Buffer.alloc(0);
  durableContent: Buffer = Buffer.alloc(0);
  readonly entries = new Map<string, Inode>();
  durableEntries: ReadonlyMap<string, Inode> = new Map();
  /** What was told of it last. */
  told: Told | null = null;
  /** Changes of the entries since the last sync, in their order. */
  pending: { readonly name: string; readonly inode: Inode | null }[] = [];

  constructor(number: bigint, kind: InodeKind, mode: number, now: number) {
    this.number = number;
    this.kind = kind;
    this.mode = mode;
    this.modified = now;
    this.changed = now;
  }

  set(name: string, inode: Inode | null): void {
    const before = this.entries.get(name);
    if (before !== undefined) before.links -= 1;
    if (inode === null) this.entries.delete(name);
    else {
      this.entries.set(name, inode);
      inode.links += 1;
    }
    this.pending.push({ name, inode });
  }

  sync(): void {
    if (this.kind === 'file') this.durableContent = this.content;
    this.durableEntries = new Map(this.entries);
    this.pending = [];
  }

  touch(now: number, content: boolean): void {
    this.version += 1n;
    this.changed = now;
    if (content) this.modified = now;
  }
}
