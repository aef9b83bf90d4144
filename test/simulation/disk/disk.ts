import type { VirtualClock } from '../machine/clock.ts';
import { currentProcess, Killed, type SimulatedProcess } from '../machine/process.ts';
import type { Random } from '../machine/random.ts';
import { Inode } from './inode.ts';
import { systemError } from './system-error.ts';

export interface Open {
  readonly inode: Inode;
  readonly flags: number;
}

interface Location {
  readonly parent: Inode;
  readonly name: string;
}

/** How a path begins that goes on from a directory held open (proc_pid_fd(5)). */
const HELD = '/proc/self/fd/';

/** Somebody changed a name: `before` and `after` are what it named. `by` is null for the world itself. */
export interface NameChange {
  readonly path: string;
  readonly by: SimulatedProcess | null;
  readonly before: Inode | null;
  readonly after: Inode | null;
}

/**
 * One file system made of plain data, that all processes share: what was not synced may be lost in a power cut, a
 * directory's entries apart from a file's content (as POSIX allows; ext4 is kinder).
 */
export class Disk {
  readonly root: Inode;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #open = new Map<number, Open>();
  /** Where paths led last, and how often a directory had got or lost its name by then. */
  readonly #located = new Map<string, Location & { readonly parts: readonly string[]; readonly directories: number }>();
  #directories = 0;
  #inodes = 1n;
  #descriptors = 100;
  /** System calls that processes made. */
  calls = 0;
  onNameChange: (change: NameChange) => void = () => {};
  /** Those who watch a directory. */
  readonly listeners = new Set<(path: string) => void>();
  /** Planted by a test: what the disk says it did and did not do. */
  ignoresDirectorySync = false;

  constructor(clock: VirtualClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    this.root = new Inode(1n, 'directory', 0o755, 0);
  }

  /** Every system call of a process begins here: it may be its last, or fail. */
  enter(call: string): void {
    const process = currentProcess();
    if (process === null) return;
    this.calls += 1;
    if (process.dead) throw new Killed(call);
    if (process.callsLeft !== null) {
      process.callsLeft -= 1;
      if (process.callsLeft < 0) {
        process.dead = true;
        throw new Killed(call);
      }
    }
    if (process.fault?.call === call) {
      const { code } = process.fault;
      process.fault = null;
      process.faulted = true;
      throw systemError(code, call);
    }
  }

  newInode(kind: 'file' | 'directory', mode: number): Inode {
    this.#inodes += 1n;
    return new Inode(this.#inodes, kind, mode, this.#clock.wallTime);
  }

  open(inode: Inode, flags: number): number {
    this.#descriptors += 1;
    this.#open.set(this.#descriptors, { inode, flags });
    return this.#descriptors;
  }

  opened(descriptor: number): Open {
    const found = this.#open.get(descriptor);
    if (found === undefined) throw systemError('EBADF', 'fstat');
    return found;
  }

  close(descriptor: number): void {
    this.#open.delete(descriptor);
  }

  /** What a path names; undefined where its last component is not there. */
  find(path: string): Inode | undefined {
    const { parent, name } = this.locate(path);
    return name === '' ? parent : parent.entries.get(name);
  }

  /** The same for whoever only looks: undefined where a part of the path is not there. */
  look(path: string): Inode | undefined {
    try {
      return this.find(path);
    } catch {
      return undefined;
    }
  }

  /** The directory that a path's last component lies in. `name` is '' for a directory that is named by itself. */
  locate(path: string): Location {
    if (path.startsWith(HELD)) return this.#locateHeld(path);
    const known = this.#located.get(path);
    if (known !== undefined && known.directories === this.#directories) return known;
    const parts = known?.parts ?? partsOf(path);
    const found = { ...descend(this.root, parts), parts, directories: this.#directories };
    this.#located.set(path, found);
    return found;
  }

  #locateHeld(path: string): Location {
    const slash = path.indexOf('/', HELD.length);
    const { inode } = this.opened(Number(path.slice(HELD.length, slash < 0 ? undefined : slash)));
    const rest = slash < 0 ? '' : path.slice(slash + 1);
    return rest.includes('/') ? descend(inode, partsOf(rest)) : { parent: inode, name: rest };
  }

  /** Gives a name to an inode, or takes it away. */
  setName(path: string, inode: Inode | null): void {
    const { parent, name } = this.locate(path);
    // A directory that was removed takes no name any more (rmdir(2)), though somebody may still hold it open.
    if (parent !== this.root && parent.links === 0) throw systemError('ENOENT', 'open');
    const before = parent.entries.get(name) ?? null;
    if (before?.kind === 'directory' || inode?.kind === 'directory') this.#directories += 1;
    parent.set(name, inode);
    parent.touch(this.#clock.wallTime, true);
    inode?.touch(this.#clock.wallTime, false);
    const whole = this.pathOf(parent, name);
    this.onNameChange({ path: whole, by: currentProcess(), before, after: inode });
    this.announce(whole);
  }

  /** Something happened to what lies under this path: whoever watches is told. */
  announce(path: string): void {
    for (const listener of this.listeners) listener(path);
  }

  sync(inode: Inode): void {
    if (inode.kind === 'directory' && this.ignoresDirectorySync) return;
    inode.sync();
  }

  /** Everything reaches the platter. */
  syncAll(): void {
    const walk = (inode: Inode) => {
      inode.sync();
      for (const child of inode.entries.values()) walk(child);
    };
    walk(this.root);
  }

  now(): number {
    return this.#clock.wallTime;
  }

  /**
   * Everything that was not synced is kept or lost as chance has it: of a directory's changes a beginning, of a file the
   * old content, the new one, or nothing but its length.
   */
  cutPower(): void {
    this.#open.clear();
    this.#directories += 1;
    const settle = (inode: Inode): void => {
      if (inode.kind === 'file') {
        if (inode.content !== inode.durableContent) inode.content = this.#afterCut(inode);
        inode.durableContent = inode.content;
        return;
      }
      const entries = new Map(inode.durableEntries);
      for (const { name, inode: to } of inode.pending.slice(0, this.#random.below(inode.pending.length + 1))) {
        if (to === null) entries.delete(name);
        else entries.set(name, to);
      }
      inode.entries.clear();
      for (const [name, to] of entries) inode.entries.set(name, to);
      inode.sync();
      for (const child of inode.entries.values()) settle(child);
    };
    settle(this.root);
    countLinks(this.root);
  }

  #afterCut({ content, durableContent }: Inode): Buffer {
    const chance = this.#random.below(3);
    return chance === 0 ? durableContent : chance === 1 ? content : Buffer.alloc(content.length);
  }

  /** The path of an entry of a directory that is in the tree. */
  pathOf(directory: Inode, name: string): string {
    const search = (from: Inode, path: string): string | null => {
      if (from === directory) return path;
      for (const [each, child] of from.entries) {
        if (child.kind !== 'directory') continue;
        const found = search(child, `${path}/${each}`);
        if (found !== null) return found;
      }
      return null;
    };
    return `${search(this.root, '') ?? '(removed)'}/${name}`;
  }
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function descend(from: Inode, parts: readonly string[]): Location {
  const last = parts.length - 1;
  let parent = from;
  for (let at = 0; at < last; at += 1) {
    const next = parent.entries.get(parts[at] ?? '');
    if (next === undefined) throw systemError('ENOENT', 'open');
    if (next.kind !== 'directory') throw systemError('ENOTDIR', 'open');
    parent = next;
  }
  return { parent, name: parts[last] ?? '' };
}

function countLinks(root: Inode): void {
  const seen = new Map<Inode, number>();
  const walk = (inode: Inode) => {
    for (const child of inode.entries.values()) {
      seen.set(child, (seen.get(child) ?? 0) + 1);
      if (child.kind === 'directory') walk(child);
    }
  };
  walk(root);
  for (const [inode, links] of seen) inode.links = links;
}
