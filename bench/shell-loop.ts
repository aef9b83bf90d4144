import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What an administrator would write instead, in its quick form: one inotifywait for all events, so that none is missed
 * and none waits for its start. It proves nothing and syncs nothing.
 */
const SCRIPT = `inotifywait --monitor --event delete --format %f "$1" |
while read -r name; do cp -p "$2/$name" "$1/$name"; done`;

/** Says why the loop cannot run here; null where it can. */
export function missingForShellLoop(): string | null {
  try {
    execFileSync('sh', ['-c', 'command -v inotifywait'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'inotifywait is not installed (package inotify-tools)';
  }
}

/** Guards the files of a directory with copies made now. Watching when this resolves. */
export async function startShellLoop(directory: string): Promise<AsyncDisposable> {
  const copies = mkdtempSync(join(tmpdir(), 'keykeeper-bench-copies-'));
  cpSync(directory, copies, { recursive: true, preserveTimestamps: true });
  // A group of its own: the shell's end alone would leave inotifywait behind.
  const child = spawn('sh', ['-c', SCRIPT, 'sh', directory, copies], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const loop = {
    async [Symbol.asyncDispose]() {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await ended;
      rmSync(copies, { recursive: true, force: true });
    },
  };
  for await (const text of child.stderr) if (String(text).includes('Watches established')) return loop;
  await loop[Symbol.asyncDispose]();
  throw new Error('inotifywait ended before it watched');
}
