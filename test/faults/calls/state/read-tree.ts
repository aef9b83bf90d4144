import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** A file or folder as it lies there. */
export interface Entry {
  readonly kind: 'file' | 'folder' | 'other';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  /** Of a file; empty for others. */
  readonly content: Buffer;
}

/** Paths from the scene's folder on, to what is there. */
export type Tree = ReadonlyMap<string, Entry>;

/** Everything below `config` and `vault` of a scene. */
export function readTree(root: string): Tree {
  const found = new Map<string, Entry>();
  const visit = (path: string) => {
    const stats = lstatSync(join(root, path));
    const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
    const content =
      kind === 'file' ? readFileSync(join(root, path)) : Buffer.from(kind === 'other' ? target(path) : '');
    const { uid, gid } = stats;
    found.set(path, { kind, mode: stats.mode & 0o7777, uid, gid, links: kind === 'file' ? stats.nlink : 1, content });
    if (kind === 'folder') for (const name of readdirSync(join(root, path))) visit(join(path, name));
  };
  const target = (path: string) => {
    try {
      return readlinkSync(join(root, path));
    } catch {
      return '';
    }
  };
  for (const name of ['config', 'vault']) visit(name);
  return found;
}

/** Whether two entries are the same in kind, owner, mode and content. A second name is for `leftovers` to find. */
export function isSame(one: Entry | undefined, other: Entry | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const same = one.kind === other.kind && one.mode === other.mode && one.uid === other.uid && one.gid === other.gid;
  return same && one.content.equals(other.content);
}

/** A file that was being written; the product removes those of killed runs at its next start. */
export function isTemporary(path: string): boolean {
  return /(^|\/)\.keykeeper-[0-9a-f-]+\.tmp$/.test(path);
}
