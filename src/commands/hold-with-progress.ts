import { type Held, holdGate } from '../keeper/hold-gate.ts';
import type { Keeper, ReconcileOptions } from '../keeper/keeper.ts';
import { monotonic } from '../keeper/monotonic.ts';
import type { CommandContext } from './command.ts';

/** Holds the gate and, on anything over two seconds, shows what is waited for and how long still. */
export async function holdWithProgress(
  keeper: Keeper,
  { signal, progress }: CommandContext,
  what: string,
  options: ReconcileOptions,
): Promise<Held> {
  let waiting = 'reading files, vault and database';
  using _ = progress(what, () => waiting);
  return await holdGate(keeper, signal, options, monotonic, (reason, left) => {
    waiting = `${reason}; ${Math.ceil(left / 1_000)} s left`;
  });
}
