import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE = 300;

/**
 * Runs a kubectl command that goes on by itself (`get --watch`, `logs --follow`, `exec` of a loop) and hands each line of its
 * output to `take` until that gives something. A command that ends before is run again after a moment: the API server may
 * be away, a container not there yet.
 *
 * @param seconds for how long; afterwards null
 */
export async function followOutput<T>(
  args: readonly string[],
  take: (line: string) => T | null,
  seconds: number,
): Promise<T | null> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const left = deadline - Date.now();
    if (left <= 0) return null;
    const found = await followOnce(args, take, left);
    if (found !== null) return found;
    await sleep(PAUSE);
  }
}

function followOnce<T>(
  args: readonly string[],
  take: (line: string) => T | null,
  milliseconds: number,
): Promise<T | null> {
  return new Promise((resolve, reject) => {
    // Its standard input stays open: what runs in a container can tell by it that nobody listens any more.
    const child = spawn('kubectl', [...args], { stdio: ['pipe', 'pipe', 'ignore'] });
    const timer = setTimeout(() => child.kill(), milliseconds);
    let found: T | null = null;
    createInterface(child.stdout).on('line', (line) => {
      found ??= take(line);
      if (found !== null) child.kill();
    });
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(found);
    });
  });
}
