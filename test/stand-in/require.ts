import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findServer } from './mariadb/find-server.ts';

const run = promisify(execFile);

/** What a suite needs beyond Node: a Docker engine, a MariaDB server in whatever form, or a Kubernetes cluster. */
export type Requirement = 'docker' | 'mariadb' | 'kubernetes';

/**
 * Whether a suite can run here, to be used as `describe.skipIf(!(await available('mariadb')))`. A suite that cannot says
 * so on standard error, and fails instead where `KEYKEEPER_TEST_REQUIRE` names what it needs (`docker` covers both).
 */
export async function available(kind: Requirement): Promise<boolean> {
  if (kind === 'kubernetes' ? await clusterAnswers() : await dockerAnswers()) return true;
  if (kind === 'mariadb' && findServer() !== null) return true;
  const required = (process.env.KEYKEEPER_TEST_REQUIRE ?? '').split(/[\s,]+/);
  const missing = MISSING[kind];
  if (required.includes(kind) || (kind === 'mariadb' && required.includes('docker'))) {
    throw new Error(`KEYKEEPER_TEST_REQUIRE asks for ${required.join(', ')}, but ${missing}`);
  }
  process.stderr.write(`\n*** SKIPPED: a suite that needs ${kind} was not run, for ${missing}. ***\n\n`);
  return false;
}

const MISSING = {
  docker: 'no Docker engine answers',
  mariadb: 'no Docker engine answers and there is no mariadbd',
  kubernetes: 'no cluster answers kubectl',
} as const satisfies Record<Requirement, string>;

/** Asks the cluster of `KUBECONFIG`, whose helm and kubectl the suites call too. */
export async function clusterAnswers(): Promise<boolean> {
  try {
    await run('kubectl', ['get', '--raw', '/readyz', '--request-timeout=10s'], { timeout: 15_000 });
    await run('helm', ['version', '--short'], { timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
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
