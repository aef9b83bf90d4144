import { hash } from 'node:crypto';
import type { Inode } from './disk/inode.ts';
import type { World } from './world.ts';

/**
 * What tells one history from another, in 16 hex digits: every line of its log with what was done to files and rows, all
 * that keepers told, how many system calls they made, and the state at the end, up to the next number that chance has.
 * A simulation that was only made faster says the same.
 */
export function digestOf({ machine, database, promises, record }: World): string {
  const { disk, clock, random } = machine;
  const rows = database.rows.map(({ reference, value }) => [reference, value]);
  const end = [promises.broken, promises.touched, rows, database.networkUid, database.outsideChanges];
  const numbers = [disk.calls, clock.now, clock.skew, clock.timers, random.next()];
  const text = JSON.stringify([record, end, numbers, treeOf(disk.root)]);
  return hash('sha256', text, 'hex').slice(0, 16);
}

/** Digests of several histories as one, in whatever order they ran: one after the other through {@link addDigest}. */
export const NO_DIGEST = '0000000000000000';

/** Of all histories that `sum` was made of, and of this one. */
export function addDigest(sum: string, digest: string): string {
  return BigInt.asUintN(64, BigInt(`0x${sum}`) + BigInt(`0x${digest}`))
    .toString(16)
    .padStart(16, '0');
}

function treeOf(inode: Inode): unknown {
  const { number, kind, mode, uid, gid, links, modified, changed, version, content } = inode;
  const about = [`${number}`, kind, mode, uid, gid, links, modified, changed, `${version}`];
  if (kind === 'file') return [about, hash('sha256', content, 'base64'), content.equals(inode.durableContent)];
  return [about, [...inode.entries].map(([name, child]) => [name, treeOf(child)])];
}
