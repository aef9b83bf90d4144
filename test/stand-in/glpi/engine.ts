import { docker } from './image.ts';

/**
 * Whether a Docker engine answers. Where none does, a suite is skipped, and says so on standard error; when
 * `KEYKEEPER_TEST_REQUIRE` (a comma-separated list) names `docker`, it fails instead.
 *
 * @param suite what is skipped
 * @throws Error when the engine is required and does not answer
 */
export async function dockerAnswers(suite: string): Promise<boolean> {
  const reason = await docker(['info', '--format', '{{.ServerVersion}}']).then(
    ({ exitCode, stderr }) => (exitCode === 0 ? null : stderr.trim()),
    (error: unknown) => String(error),
  );
  if (reason === null) return true;
  const required = (process.env.KEYKEEPER_TEST_REQUIRE ?? '').split(',').map((word) => word.trim());
  if (required.includes('docker')) throw new Error(`a Docker engine is required for ${suite}: ${reason}`);
  process.stderr.write(`SKIPPED: ${suite}: no Docker engine answers (${reason})\n`);
  return false;
}
