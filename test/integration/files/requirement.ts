/**
 * Whether tests that need `name` (`mount`, `strace`, …) can run. Where they cannot, it says so on standard error; where
 * `KEYKEEPER_TEST_REQUIRE` (a comma-separated list) names it, it throws instead.
 */
export function isAvailable(name: string, suite: string, reason: string | null): boolean {
  if (reason === null) return true;
  const required = (process.env.KEYKEEPER_TEST_REQUIRE ?? '').split(',').map((word) => word.trim());
  if (required.includes(name)) throw new Error(`${name} is required for ${suite}: ${reason}`);
  process.stderr.write(`SKIPPED: ${suite}: no ${name} (${reason})\n`);
  return false;
}
