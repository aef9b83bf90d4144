import { describeSubject, type Role } from './subject.ts';

/** One system call of the program, as strace saw it. */
export interface TracedCall {
  readonly name: string;
  /** What it was about, the same in every run: a path from the scene's folder on, `database`, a path of the system. */
  readonly subject: string;
  readonly role: Role;
  /** Whether it can change what others see: files, names, rows, output. The others only look. */
  readonly changes: boolean;
  /** Whether it was made by another thread than the first. */
  readonly aside: boolean;
  /** How many calls of this name this thread had made, this one included: strace's `when`. */
  readonly ordinal: number;
  /** How many calls of this name on this subject there had been, this one included. */
  readonly occurrence: number;
  /** Bytes that a write took; null for all other calls. */
  readonly written: number | null;
  /** The fault was injected here, or the process was killed here. */
  readonly struck: boolean;
}

/** `?`: strace passes over those that an architecture does not have. */
export const TRACED = [
  'openat,read,pread64,write,pwrite64,writev,fsync,fdatasync,ftruncate,fchmod,fchown,utimensat,getdents64,close,lseek',
  'statx,fstat,?newfstatat,?access,faccessat,?faccessat2,?readlink,readlinkat,?link,linkat,?unlink,unlinkat',
  '?rename,?renameat,?renameat2,?mkdir,mkdirat,?rmdir,?chmod,fchmodat,?chown,?lchown,fchownat',
  'socket,connect,setsockopt,shutdown,sendto,recvfrom',
].join();

const CHANGING =
  /^(write|writev|pwrite64|fsync|fdatasync|ftruncate|fchmod|fchown|utimensat|link|unlink|rename|mkdir|rmdir|chmod|chown|lchown|connect|sendto|shutdown)/;
/** The first thing that the program does: what comes before is Node's own start. */
const FIRST = '/proc/self/coredump_filter';

interface RawCall {
  readonly thread: string;
  readonly name: string;
  readonly ordinal: number;
  text: string;
}

/** Where the scene and the program lie, for names that are the same in every run. */
export interface Places {
  readonly root: string;
  readonly program: string;
}

/**
 * Reads a log of `strace -y`, with `-f` or without. Gives the calls from the program's first to its last, in the order in which they began;
 * calls of Node's own between threads are not among them.
 */
export function readCalls(log: string, places: Places): TracedCall[] {
  const raw = readRaw(log);
  const main = raw[0]?.thread;
  const lastOfMain = raw.findLast((each) => each.thread === main);
  const descriptors = new Map<string, string>();
  const occurrences = new Map<string, number>();
  const calls: TracedCall[] = [];
  const leases = leaseWrites();
  let begun = false;
  for (const call of raw) {
    const described = describeSubject(call, descriptors, places);
    begun ||= described?.subject === FIRST;
    if (!begun || described === null) continue;
    const { role } = described;
    const subject = leases.nameOf(call, described.subject);
    const name = `${call.name} ${subject}`;
    const occurrence = (occurrences.get(name) ?? 0) + 1;
    occurrences.set(name, occurrence);
    const killed = call === lastOfMain && /\) += \?$/.test(call.text) && call.name !== 'exit_group';
    calls.push({
      ...{ name: call.name, ordinal: call.ordinal, subject, role, occurrence, aside: call.thread !== main },
      changes: CHANGING.test(call.name) || /^openat\(.*O_(WRONLY|RDWR|CREAT)/.test(call.text),
      written: writtenBy(call),
      struck: killed || call.text.includes('(INJECTED)'),
    });
  }
  return calls;
}

/**
 * A lease is renewed twice a second, hence in slow runs alone: its temporary files have a name of their own, so that all
 * others keep their numbers. They are those that are made right behind a look at the lease.
 */
function leaseWrites() {
  let before = '';
  let isLease = false;
  return {
    nameOf({ name, text }: RawCall, subject: string): string {
      if (subject !== 'vault/glpi/*.tmp') {
        before = `${name} ${subject}`;
        return subject;
      }
      if (name === 'openat' && text.includes('O_CREAT')) isLease = before === 'close vault/glpi/lease.json';
      before = '';
      return isLease ? 'vault/glpi/lease *.tmp' : subject;
    },
  };
}

/** The same call in another run. */
export function placeOf({ name, subject, occurrence }: TracedCall): string {
  return `${name} ${subject} #${occurrence}`;
}

/**
 * Whether a call is the one that is meant. An answer of a database comes in as many pieces as the network makes of it, and
 * what the system tells of itself is longer or shorter from one moment to the next: of those, any piece is.
 */
export function isMeant(call: TracedCall, meant: TracedCall): boolean {
  if (call.aside !== meant.aside || !isSameKind(call, meant)) return false;
  const isPiece = call.name === 'read' && (meant.role === 'database' || meant.subject.startsWith('/proc/'));
  return isPiece || call.occurrence === meant.occurrence;
}

/** Whether two calls do the same to the same: a file opened to be looked at is another call than one opened to be written. */
export function isSameKind(call: TracedCall, other: TracedCall): boolean {
  return call.name === other.name && call.subject === other.subject && call.changes === other.changes;
}

function readRaw(log: string): RawCall[] {
  const calls: RawCall[] = [];
  const counts = new Map<string, number>();
  const unfinished = new Map<string, RawCall>();
  for (const line of log.split('\n')) {
    const [, thread = '', text = ''] = /^(\d+ +)?(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    const open = unfinished.get(thread);
    if (resumed !== null && open !== undefined) {
      open.text += resumed[1];
      unfinished.delete(thread);
      continue;
    }
    const name = /^(\w+)\(/.exec(text)?.[1];
    if (name === undefined) continue;
    const counted = `${thread} ${name}`;
    const ordinal = (counts.get(counted) ?? 0) + 1;
    counts.set(counted, ordinal);
    const call = { thread, name, ordinal, text: text.replace(/ *<unfinished \.\.\.>$/, '') };
    calls.push(call);
    if (text.endsWith('<unfinished ...>')) unfinished.set(thread, call);
  }
  return calls;
}

function writtenBy({ name, text }: RawCall): number | null {
  if (!/^p?write/.test(name)) return null;
  const count = /\) += (\d+)/.exec(text)?.[1];
  return count === undefined ? null : Number(count);
}
