import { AsyncLocalStorage } from 'node:async_hooks';

/** Thrown out of a system call of a process that is dead: whatever its `finally` blocks do has no effect either. */
export class Killed extends Error {
  override readonly name = 'Killed';
  /** What the product asks of a system error; no code of the product knows this one. */
  readonly code = 'KILLED';
}

/** A process of the simulated machine: a keeper, in a container of its own. */
export interface SimulatedProcess {
  readonly name: string;
  readonly kind: 'init' | 'watch' | 'rescue' | 'rotate';
  /** Number of its pid namespace. */
  readonly namespace: number;
  dead: boolean;
  /** It is killed when it has made so many system calls more; null: not planned. */
  callsLeft: number | null;
  /** Which system call fails, and with what, once; null: none. */
  fault: { readonly call: string; readonly code: string } | null;
  /** A system call of it has failed. */
  faulted: boolean;
  /** It does nothing before this time of the simulated clock, as if frozen; 0 where it never was. */
  stalledUntil: number;
}

const running = new AsyncLocalStorage<SimulatedProcess>();

/** Everything that `run` calls, and what goes on from there, belongs to this process. */
export function runAs<T>(process: SimulatedProcess, run: () => T): T {
  return running.run(process, run);
}

/** The process whose code is running; null for the world itself (GLPI, an administrator, the tests). */
export function currentProcess(): SimulatedProcess | null {
  return running.getStore() ?? null;
}
