import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { Output } from '../../../src/commands/output.ts';
import type { Environment } from './operation.ts';

/** A command that is to be run, by the one that forked this. */
export interface Order {
  readonly args: readonly string[];
  readonly environment: Environment;
}

/**
 * A process that runs command after command of the built program in its folder `argv[2]`, as `main.js` does: the runs after
 * a fault are some ten thousand, and Node's start takes longer than they do. It is another process than the struck one,
 * and remembers nothing from one to the next.
 */
const { start } = await import(pathToFileURL(join(process.argv[2] ?? '', 'start.js')).href);

process.on('message', async ({ args, environment }: Order) => {
  const [stdout, stderr] = [collect(), collect()];
  const exitCode: number = await start({
    argv: [...args],
    environment,
    stdin: () => process.stdin,
    stdout: stdout.output,
    stderr: stderr.output,
  });
  process.send?.({ exitCode, stdout: stdout.text(), stderr: stderr.text() });
});

function collect() {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { output: new Output(() => stream), text: () => text };
}

process.send?.('ready');
