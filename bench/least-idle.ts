import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * The libraries of a watch without a watch: the log writes one line, the HTTP framework answers, the file watcher watches one
 * directory, the database's driver was loaded. Nothing is read, kept, judged or asked for.
 */
const SCRIPT = `
const { createAdaptorServer } = require('@hono/node-server');
const { watch } = require('chokidar');
const { Hono } = require('hono');
require('mysql2');
const winston = require('winston');
const log = winston.createLogger({ transports: [new winston.transports.Stream({ stream: process.stderr, eol: '\\n' })] });
log.info('watching');
watch(process.env.DIRECTORY, { ignoreInitial: true });
const app = new Hono();
app.get('/', (context) => context.text('ok'));
createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }).listen(process.env.PORT, '127.0.0.1');`;

/** One file with the libraries, removed when it is disposed of. */
export interface LeastIdle extends Disposable {
  readonly file: string;
}

export async function leastIdle(): Promise<LeastIdle> {
  const folder = mkdtempSync(join(tmpdir(), 'keykeeper-bench-'));
  const file = join(folder, 'least.cjs');
  await build({
    stdin: { contents: SCRIPT, resolveDir: import.meta.dirname },
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // As in the program: a development build of the log loads tables of colours.
    define: { 'process.env.NODE_ENV': '"production"' },
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'silent',
  });
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
