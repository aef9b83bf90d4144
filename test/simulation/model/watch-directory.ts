import { dirname } from 'node:path';
import type { DirectoryWatch } from '../../../src/files/watch-directory.ts';
import { theMachine } from '../machine/machine.ts';
import { currentProcess, runAs } from '../machine/process.ts';

/** How often the looks that back the events come, in ms. */
const POLL = 1_000;

/**
 * Stands for the module of this name in the product: tells what happens to names in a directory of the simulated disk,
 * at once, late, twice, or never.
 */
export async function watchDirectory(
  directory: string,
  names: readonly string[],
  onEvent: (name: string | null) => void,
): Promise<DirectoryWatch> {
  const { disk, clock, random } = theMachine();
  const process = currentProcess();
  if (process === null) throw new Error('the world itself watches nothing');
  const watched = new Set(names.map((name) => `${directory}/${name}`));
  let over = false;
  const hint = async (after: number) => {
    await clock.wait(after);
    if (!over) onEvent(null);
  };
  const listener = (path: string) => {
    if (!watched.has(path) && path !== directory && path !== dirname(directory)) return;
    const luck = random.below(10);
    if (luck === 0) return;
    runAs(process, () => {
      void hint(luck === 1 ? POLL : 1);
      if (luck === 2) void hint(POLL);
    });
  };
  disk.listeners.add(listener);
  return {
    mode: 'events',
    reason: '',
    async [Symbol.asyncDispose]() {
      over = true;
      disk.listeners.delete(listener);
    },
  };
}
