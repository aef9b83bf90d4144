import { lstatSync, readFileSync } from 'node:fs';
import { systemCode } from '../core/failure.ts';

/**
 * What a look at each name showed last: inode, size, times, owner and mode. Tells which names changed since, without
 * events and without reading: one lstat(2) each.
 */
export class NameSignatures {
  readonly #directory: string;
  readonly #seen = new Map<string, string>();

  constructor(directory: string, names: Iterable<string>) {
    this.#directory = directory;
    for (const name of names) this.#seen.set(name, this.#look(name));
  }

  /** The names that changed since they were last looked at. */
  changed(): string[] {
    return [...this.#seen.keys()].filter((name) => this.refresh(name));
  }

  /** Looks at one name; true when it changed. */
  refresh(name: string): boolean {
    const now = this.#look(name);
    if (now === this.#seen.get(name)) return false;
    this.#seen.set(name, now);
    return true;
  }

  #look(name: string): string {
    try {
      const stats = lstatSync(`${this.#directory}/${name}`, { bigint: true, throwIfNoEntry: false });
      // The change time moves with content, owner, mode and links alike.
      return stats === undefined ? '' : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
    } catch (error) {
      return systemCode(error) ?? 'unknown';
    }
  }
}

/**
 * Whether one of the names is a mount of its own (a single file bind-mounted): inotify on the directory does not report
 * what happens to such a file. Read from mountinfo, proc_pid_mountinfo(5): the fifth field, blanks as `\040`.
 */
export function hasMountedName(directory: string, names: Iterable<string>): boolean {
  let points: Set<string>;
  try {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    points = new Set(lines.map((line) => decodeOctal(line.split(' ')[4] ?? '')));
  } catch {
    return false;
  }
  return [...names].some((name) => points.has(`${directory}/${name}`));
}

function decodeOctal(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
