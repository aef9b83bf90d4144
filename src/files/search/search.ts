import { opendir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type AbsolutePath, absolutePath } from '../../core/brand.ts';
import { systemCode } from '../../core/failure.ts';
import { GUARDED_FILE_LIMIT } from '../../core/guarded-set.ts';
import { Descriptor } from '../descriptor.ts';
import { DirectoryHandle } from '../directory-handle.ts';
import { READ_FLAGS, readDescriptor, specialType } from '../read-file.ts';
import { Finds, LIMITS, type SearchLimits } from './finds.ts';
import { readArchive } from './read-archive.ts';
import { archiveKind, isWantedName } from './wanted-name.ts';

/** What the kernel makes up: there is no file in it that anybody lost. */
const KERNEL: ReadonlySet<string> = new Set(['/proc', '/sys', '/dev']);

export interface Search {
  readonly paths: readonly AbsolutePath[];
  readonly signal: AbortSignal;
  readonly limits?: SearchLimits;
  /** Called with the gathering as it begins, for progress. */
  readonly onStart?: (finds: Finds) => void;
}

/**
 * Looks for keys, and for the files that lie beside them, in files, directories and archives. It reads only; what it
 * meets may be foreign or hostile: links are not followed, special files not opened, and size, depth, number and what
 * an archive unfolds to are bounded. Archives in a directory are read too, and those inside another archive, one deep.
 *
 * @throws only the signal's reason, when aborted
 */
export async function searchPaths({ paths, signal, limits = LIMITS, onStart }: Search): Promise<Finds> {
  const finds = new Finds(limits);
  onStart?.(finds);
  for (const path of paths) {
    try {
      await searchPath(path, finds, signal);
    } catch (error) {
      signal.throwIfAborted();
      finds.useless(path, `it cannot be read (${codeOf(error)})`, `ls -la ${path}`);
    }
  }
  return finds;
}

async function searchPath(path: AbsolutePath, finds: Finds, signal: AbortSignal): Promise<void> {
  const look = openForLook(path);
  if (look === 'directory') return await walk(path, path, 0, finds, signal);
  using descriptor = look;
  const stats = descriptor.stats();
  const special = specialType(stats);
  if (special !== null) return finds.useless(path, `it is a ${special}`, 'name a file or a directory');
  if (await readArchive(descriptor.number, stats, path, finds, signal)) return;
  const state = readDescriptor(descriptor.number);
  if (state.kind !== 'regular') {
    const message = `it is neither a .tar, .tar.gz or .zip nor a key: it holds more than ${GUARDED_FILE_LIMIT} bytes`;
    return finds.useless(path, message, 'unpack it, and name the directory');
  }
  finds.entry(path);
  finds.take(basename(path), dirname(path), path, state.content.reveal(), true);
}

/** A directory by name, anything else by its descriptor. Throws the system error; `ELOOP` for a symlink. */
function openForLook(path: AbsolutePath): 'directory' | Descriptor {
  const descriptor = new Descriptor(path, READ_FLAGS);
  if (!descriptor.stats().isDirectory()) return descriptor;
  descriptor[Symbol.dispose]();
  return 'directory';
}

/**
 * @param held how to reach the directory: below a directory that is held, so that nobody can lead elsewhere meanwhile
 * @param shown its path for people
 */
async function walk(held: string, shown: string, depth: number, finds: Finds, signal: AbortSignal): Promise<void> {
  if (KERNEL.has(shown)) return;
  if (depth > finds.limits.depth) return finds.cut(`${finds.limits.depth} directories below each other`, shown);
  using handle = new DirectoryHandle(absolutePath(held), 'look');
  const below: string[] = [];
  for await (const entry of await opendir(handle.list)) {
    signal.throwIfAborted();
    const where = join(shown, entry.name);
    finds.entry(where);
    if (finds.full) return;
    if (entry.isDirectory()) below.push(entry.name);
    else if (entry.isFile())
      await attempt(where, finds, signal, () => readFile(handle.entry(entry.name), where, finds, signal));
  }
  for (const name of below) {
    if (finds.full) return;
    const where = join(shown, name);
    await attempt(where, finds, signal, () => walk(handle.entry(name), where, depth + 1, finds, signal));
  }
}

async function readFile(held: string, where: string, finds: Finds, signal: AbortSignal): Promise<void> {
  const name = basename(where);
  const wanted = isWantedName(name);
  if (!wanted && archiveKind(name) === null) return;
  using descriptor = new Descriptor(held, READ_FLAGS);
  if (!wanted) {
    const isArchive = await readArchive(descriptor.number, descriptor.stats(), where, finds, signal);
    if (!isArchive) finds.archiveProblem(where, 'it is no archive of the kind that its name says');
    return;
  }
  const state = readDescriptor(descriptor.number);
  if (state.kind === 'regular') finds.take(name, dirname(where), where, state.content.reveal());
  else
    finds.unreadable(where, state.kind === 'oversized' ? `${state.size} bytes, more than any such file` : state.kind);
}

/** What cannot be looked into is told, and the search goes on beside it. */
async function attempt(where: string, finds: Finds, signal: AbortSignal, look: () => Promise<void>): Promise<void> {
  try {
    await look();
  } catch (error) {
    signal.throwIfAborted();
    // Gone between the list and the look.
    if (codeOf(error) !== 'ENOENT') finds.unreadable(where, codeOf(error));
  }
}

function codeOf(error: unknown): string {
  const code = systemCode(error);
  if (code === undefined) throw error;
  return code === 'ELOOP' ? 'ELOOP: a symlink is not followed' : code;
}
