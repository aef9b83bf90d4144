import { appendFileSync } from 'node:fs';
import { absolutePath } from '../../../src/core/brand.ts';
import { watchDirectory } from '../../../src/files/watch-directory.ts';

/** Watches `glpicrypt.key` in the directory of the first argument, and writes what it is told to the file of the second. */
const [directory = '', log = ''] = process.argv.slice(2);
const tell = (text: string) => appendFileSync(log, `${text}\n`);

const watch = await watchDirectory(absolutePath(directory), ['glpicrypt.key'], (name) => tell(`hint ${name}`), {
  fastPollInterval: 20,
  retryInterval: 200,
  onMode: (mode) => tell(`mode ${mode}`),
});
tell(`start ${watch.mode} ${watch.reason}`);
