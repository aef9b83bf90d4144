import { execFile } from 'node:child_process';
import type { CommandResult } from '../../stand-in/glpi/image.ts';

const MOST_OUTPUT = 64 * 1024 * 1024;

/**
 * Runs kubectl on the cluster of `KUBECONFIG`.
 *
 * @returns also when it ends with an error: `exitCode` tells
 * @throws Error when kubectl is not there
 */
export function kubectlResult(args: readonly string[], input?: string | Buffer): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = execFile('kubectl', [...args], { maxBuffer: MOST_OUTPUT }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    // A command that ends before it has read its input breaks the pipe; its exit code says what is to be said.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}

/**
 * The same, for a command that must succeed.
 *
 * @returns its standard output without white space around it
 * @throws Error with what kubectl printed on standard error
 */
export async function kubectl(args: readonly string[], input?: string | Buffer): Promise<string> {
  const { exitCode, stdout, stderr } = await kubectlResult(args, input);
  if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${exitCode}: ${stderr.trim()}`);
  return stdout.trim();
}
