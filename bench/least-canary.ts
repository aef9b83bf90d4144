import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { hostAddress } from '../src/glpi/config-db.ts';
import type { BenchSchema } from './instance.ts';
import type { Program } from './program.ts';

/** The driver in one file: it logs in, asks for one row, and ends. */
const SCRIPT = `
const { createConnection } = require('mysql2');
const [, , host, port, password, database] = process.argv;
const connection = createConnection({ host, port: Number(port), user: 'root', password, database });
connection.query("SELECT value FROM glpi_configs WHERE name = 'smtp_passwd'", (error) => {
  if (error) throw error;
  connection.end();
});`;

/**
 * The least that an `init` with the canary does in Node: the same driver, bundled, with Node's compile cache, and one
 * question. No file, no vault, nothing opened. What Keykeeper takes above this is its own.
 */
export interface LeastCanary extends Disposable {
  /** @returns milliseconds from before the start to after the end */
  time(): number;
}

export async function leastCanary(program: Program, { mariadb, name }: BenchSchema): Promise<LeastCanary> {
  const folder = mkdtempSync(join(tmpdir(), 'keykeeper-bench-'));
  const file = join(folder, 'least.cjs');
  await build({
    stdin: { contents: SCRIPT, resolveDir: import.meta.dirname },
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node24',
    minify: true,
    logLevel: 'warning',
  });
  const address = hostAddress(mariadb.dbhost);
  if (address.kind !== 'tcp') throw new Error('the least is measured over TCP, as Keykeeper is');
  const login = [address.host, String(address.port), mariadb.rootPassword, name];
  return {
    time: () => program.timeNode([file, ...login], { PATH: process.env.PATH ?? '' }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
