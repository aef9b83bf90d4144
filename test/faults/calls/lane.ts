import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { startNextRunner } from './next-runner.ts';
import type { Operation, Prepared, Prospect, Scene, State } from './operation.ts';
import { readTree } from './state/read-tree.ts';
import { readVault } from './state/read-vault.ts';
import type { TracedCall } from './trace/traced-call.ts';
import { type TracedCommand, tracedRun } from './trace/traced-run.ts';

/** One operation, ready to be played over and over from the same state. */
export interface Lane extends AsyncDisposable {
  readonly operation: Operation;
  readonly scene: Scene;
  readonly prepared: Prepared;
  readonly command: TracedCommand;
  readonly prospect: Prospect;
  readonly usual: UndisturbedRun;
  reset(): Promise<void>;
  look(): Promise<State>;
}

const run = promisify(execFile);

/**
 * Makes the scene in a new folder, keeps a copy of it, and plays the operation once undisturbed.
 *
 * @param folder absolute; its parent exists
 * @param main absolute, of the built `main.js`
 */
export async function openLane(operation: Operation, folder: string, main: string): Promise<Lane> {
  await using untilOpen = new AsyncDisposableStack();
  const root = `${folder}/scene`;
  mkdirSync(root, { recursive: true });
  const runner = untilOpen.use(await startNextRunner(main));
  const scene: Scene = { root, run: (args, environment) => runner.run(args, environment) };
  const prepared = untilOpen.use(await operation.prepare(scene));
  await run('cp', ['-a', root, `${folder}/template`]);
  const reset = async () => {
    await run('rm', ['-rf', root]);
    await Promise.all([run('cp', ['-a', `${folder}/template`, root]), prepared.reset()]);
  };
  const look = async () => {
    const tree = readTree(root);
    return { tree, vault: await readVault(tree, prepared.identity) };
  };
  const { environment } = prepared;
  const command = { main, args: operation.args, environment, root, log: `${folder}/strace` };
  const before = await look();
  const usual = await undisturbed(operation, command, reset);
  const after = await look();
  const unfinished = await prepared.unfinished(after, 'struck');
  if (unfinished.length > 0) throw new Error(`${operation.name}, undisturbed: ${unfinished.join(', ')}`);
  const opened = untilOpen.move();
  return {
    ...{ operation, scene, prepared, command, usual, reset, look },
    prospect: { before, after },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** What the command does and says when nothing disturbs it. */
export interface UndisturbedRun {
  readonly calls: readonly TracedCall[];
  readonly stdout: string;
}

/** Of so many runs that with the fewest calls counts: in a slow one the lease is renewed in between. */
const TRIES = 3;

/** @throws Error where the command does not end with 0 */
async function undisturbed(
  operation: Operation,
  command: TracedCommand,
  reset: () => Promise<void>,
): Promise<UndisturbedRun> {
  const runs: UndisturbedRun[] = [];
  for (let time = 0; time < TRIES; time += 1) {
    await reset();
    const { exitCode, stdout, stderr, calls } = await tracedRun({ ...command, allThreads: true }, []);
    if (exitCode !== 0) throw new Error(`${operation.name}, undisturbed: ${exitCode} ${stdout}${stderr}`);
    runs.push({ calls, stdout });
  }
  return runs.reduce((best, each) => (each.calls.length < best.calls.length ? each : best));
}
