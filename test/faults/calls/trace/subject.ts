import type { Places } from './traced-call.ts';

/** Whose file or connection a call is about. `program`: Keykeeper's own code, which is loaded when it is needed. */
export type Role = 'config' | 'vault' | 'settings' | 'database' | 'output' | 'program' | 'system';

const PATH_CALL =
  /^(openat|statx|newfstatat|access|faccessat|faccessat2|readlink|readlinkat|unlink|unlinkat|mkdir|mkdirat|rmdir)$/;
const TWO_PATHS = /^(link|linkat|rename|renameat|renameat2)$/;
const NAMED_BY_PATH = /^(utimensat|chmod|chown|lchown|fchmodat|fchownat)$/;
/** What Node, V8, libc and OpenSSL read for themselves, and talk from thread to thread. */
const NODES_OWN =
  /^(pipe:|anon_inode:|\/sys\/|\/dev\/|\/etc\/ssl\/|\/etc\/localtime|\/usr\/share\/zoneinfo|\/proc\/(meminfo|stat|cpuinfo)$)/;

const OUTPUTS = { 1: 'stdout', 2: 'stderr' } as const;

/**
 * @param descriptors what the numbers stand for at this moment; brought up to date by this call
 * @returns null where the call is none of the program's
 */
export function describeSubject(
  { name, text }: { readonly name: string; readonly text: string },
  descriptors: Map<string, string>,
  places: Places,
): { subject: string; role: Role } | null {
  const opened = /\) += (\d+)<([^>]*)>/.exec(text);
  const path = pathOf(name, text);
  const resolved = path === null ? null : resolve(path, descriptors);
  if (opened !== null) descriptors.set(opened[1] ?? '', opened[2] ?? '');
  if (resolved === null || NODES_OWN.test(resolved)) return null;
  return nameIt(resolved, places);
}

function pathOf(name: string, text: string): string | null {
  // Before there is one, a socket has no name.
  if (name === 'socket') return 'socket:';
  const [, number, annotated = null] = /^\w+\((AT_FDCWD|\d+)<([^>]*)>/.exec(text) ?? [];
  if ((number === '1' || number === '2') && annotated?.startsWith('pipe:') === true) return OUTPUTS[number];
  if (TWO_PATHS.test(name)) return quoted(text, 1);
  if (!PATH_CALL.test(name) && !NAMED_BY_PATH.test(name)) return annotated;
  const path = quoted(text, 0);
  return path === null || path === '' ? annotated : path;
}

function quoted(text: string, index: number): string | null {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)][index]?.[1] ?? null;
}

/** Files are reached through their directory's descriptor, which is another number in another run. */
function resolve(path: string, descriptors: ReadonlyMap<string, string>): string {
  const bare = path.replace(/ \(deleted\)$/, '').replace(/^\/proc\/\d+(?=\/|$)/, '/proc/self');
  const [, number, rest = ''] = /^\/proc\/self\/fd\/(\d+)(\/.*)?$/.exec(bare) ?? [];
  const directory = number === undefined ? undefined : descriptors.get(number);
  return directory === undefined ? bare : `${directory === '/' ? '' : directory}${rest}`;
}

function nameIt(path: string, { root, program }: Places): { subject: string; role: Role } {
  if (path.startsWith('socket:') || /^(TCP|UNIX)/.test(path)) return { subject: 'database', role: 'database' };
  if (path === OUTPUTS[1] || path === OUTPUTS[2]) return { subject: path, role: 'output' };
  if (path === root) return { subject: 'scene', role: 'system' };
  if (path.startsWith(`${program}/`)) return { subject: 'program', role: 'program' };
  if (root.startsWith(`${path}/`))
    return { subject: `above the scene, ${depthOf(root) - depthOf(path)}`, role: 'system' };
  if (!path.startsWith(`${root}/`)) return { subject: path, role: 'system' };
  const subject = path
    .slice(root.length + 1)
    .replace(/\.keykeeper-[0-9a-f-]+\.tmp$/, '*.tmp')
    .replace(
      /^(vault\/glpi\/escrow)\/[0-9a-f]{2}(\/[0-9a-f]{64})?$/,
      (_, folder, chunk) => `${folder}/*${chunk ? '/*' : ''}`,
    );
  return { subject, role: roleOf(subject) };
}

function depthOf(path: string): number {
  return path.split('/').length;
}

function roleOf(subject: string): Role {
  if (/^config(\/|$)/.test(subject)) return 'config';
  if (/^vault(\/|$)/.test(subject)) return 'vault';
  return /^std(out|err)$/.test(subject) ? 'output' : 'settings';
}
