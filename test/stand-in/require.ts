import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findServer } from './mariadb/find-server.ts';

const run = promisify(execFile);

/** What a suite needs beyond Node: a Docker engine, or a MariaDB server in whatever form. */
export type Requirement = 'docker' | 'mariadb';

/**
 * Whether a suite can run here, to be used as `describe.skipIf(!(await available('mariadb')))`. A suite that cannot says
 * so on standard error, and fails instead where `KEYKEEPER_TEST_REQUIRE` names what it needs (`docker` covers both).
 */
export async function available(kind: Requirement): Promise<boolean> {
  if (await dockerAnswers()) return true;
  if (kind === 'mariadb' && findServer() !== null) return true;
  const required = (process.env.KEYKEEPER_TEST_REQUIRE ?? '').split(/[\s,]+/);
  const missing = kind === 'docker' ? 'no Docker engine answers' : 'no Docker engine answers and there is no mariadbd';
  if (required.includes(kind) || required.includes('docker')) {
    throw new Error(`KEYKEEPER_TEST_REQUIRE asks for ${required.join(', ')}, but ${missing}`);
  }
  process.stderr.write(`\n*** SKIPPED: a suite that needs ${kind} was not run, for ${missing}. ***\n\n`);
  return false;
}

/** `docker info` fails where the command is there but no engine behind it. */
export async function dockerAnswers(): Promise<boolean> {
  try {
    await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
