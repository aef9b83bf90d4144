/**
 * Milliseconds of a clock that never goes back. Node loads the whole of its performance measuring at the first
 * `performance.now()`, which a quiet `init` has no other use for.
 */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
