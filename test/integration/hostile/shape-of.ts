import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names, owners, types, modes and contents below a directory; how many names a file has is nobody's harm. */
export function shapeOf(directory: string): string {
  const lines = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => {
    const stats = lstatSync(join(directory, name));
    const content = stats.isFile() ? readFileSync(join(directory, name)) : Buffer.alloc(0);
    return [name, stats.uid, stats.gid, stats.mode, createHash('sha256').update(content).digest('hex')].join(' ');
  });
  return lines.sort().join('\n');
}
