import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf, KEY_BYTES } from '../src/glpi/security-key.ts';

/** The files of a directory with owner, mode and size, and the fingerprint of a key among them. */
export function listDirectory(directory: string): string {
  if (!existsSync(directory)) return `${directory} is not there`;
  const names = readdirSync(directory).sort();
  if (names.length === 0) return `${directory} is empty`;
  return names.map((name) => describe(join(directory, name), name)).join('\n');
}

function describe(path: string, name: string): string {
  const { mode, uid, gid, size } = statSync(path);
  const owner = `${uid}:${gid}`.padEnd(7);
  const line = `0${(mode & 0o777).toString(8)}  ${owner} ${String(size).padStart(5)} bytes  ${name.padEnd(13)}`;
  const bytes = name === 'glpicrypt.key' ? readFileSync(path) : null;
  return bytes?.length === KEY_BYTES ? `${line}  key ${fingerprintOf(bytes)}` : line.trimEnd();
}
