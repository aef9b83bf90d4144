import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandResult } from '../../stand-in/glpi/image.ts';

const PROJECT = join(import.meta.dirname, '../../..');
/** The chart, as it is in this clone. */
export const CHART = join(PROJECT, 'charts/keykeeper');
/** The first version of the chart, as it was packaged. */
export const FIRST_CHART = join(PROJECT, 'test/fixtures/charts/keykeeper-0.1.0.tgz');

/**
 * Runs helm on the cluster of `KUBECONFIG`.
 *
 * @param values as `--values` on standard input
 * @returns also when it ends with an error: `exitCode` tells
 */
export function helmResult(args: readonly string[], values?: object): Promise<CommandResult> {
  const all = values === undefined ? args : [...args, '--values', '-'];
  return new Promise((resolve, reject) => {
    const child = execFile('helm', [...all], { maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(JSON.stringify(values ?? {}));
  });
}

/**
 * The same, for a command that must succeed.
 *
 * @throws Error with what helm printed on standard error
 */
export async function helm(args: readonly string[], values?: object): Promise<string> {
  const { exitCode, stdout, stderr } = await helmResult(args, values);
  if (exitCode !== 0) throw new Error(`helm ${args.join(' ')} ended with ${exitCode}: ${stderr.trim()}`);
  return stdout;
}

/** The tests' own chart of GLPI in a directory of its own, with this clone's Keykeeper as its dependency. */
export function glpiChart(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'keykeeper-test-chart-'));
  cpSync(join(PROJECT, 'test/fixtures/charts/glpi'), path, { recursive: true });
  cpSync(CHART, join(path, 'charts/keykeeper'), { recursive: true });
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}
