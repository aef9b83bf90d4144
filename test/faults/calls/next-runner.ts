import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import type { Environment, Finished } from './operation.ts';

/** Runs commands of the built program undisturbed, one at a time. */
export interface NextRunner extends AsyncDisposable {
  run(args: readonly string[], environment: Environment): Promise<Finished>;
}

/** @param main absolute, of the built `main.js` */
export async function startNextRunner(main: string): Promise<NextRunner> {
  const child = fork(join(import.meta.dirname, 'next-run.ts'), [dirname(main)], {
    env: { PATH: process.env.PATH ?? '' },
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  await Promise.race([once(child, 'message'), ended.then(failed)]);
  return {
    async run(args, environment) {
      child.send({ args, environment });
      const [finished] = await Promise.race([once(child, 'message'), ended.then(failed)]);
      return finished as Finished;
    },
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await ended;
    },
  };
}

function failed(): never {
  throw new Error('the process that runs commands has ended');
}
