import { setFlagsFromString } from 'node:v8';

/** V8's compilers of code that runs often; its interpreter and the first, quick compiler stay. */
const COMPILERS = ['turbofan', 'maglev'];

let resting = false;

/**
 * Has V8 optimize nothing: what a watch at rest runs takes milliseconds a minute, and the optimizing compilers are 7 MiB of
 * Node's binary in its memory once they ran. What is optimized already stays so.
 */
export function restOptimizer(): void {
  resting = true;
  for (const name of COMPILERS) setFlagsFromString(`--no-${name}`);
}

/** For whoever has much to compute: from here on V8 optimizes again. Without {@link restOptimizer} nothing changes. */
export function wakeOptimizer(): void {
  if (!resting) return;
  resting = false;
  for (const name of COMPILERS) setFlagsFromString(`--${name}`);
}
