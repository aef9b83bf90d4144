import type { TracedCall } from './trace/traced-call.ts';

/**
 * `short`: a write takes only half of its bytes, as write(2) may, and the rest a moment later. `half-full`: it takes half,
 * and there is no room for the rest.
 */
export const FAULTS = ['kill', 'EIO', 'ENOSPC', 'EDQUOT', 'EROFS', 'EPERM', 'EINTR', 'short', 'half-full'] as const;

export type Fault = (typeof FAULTS)[number];

/** All of them at each call, likely or not; a write in part only where something is written to a file. */
export function faultsOf(call: TracedCall): Fault[] {
  const isPart = call.written !== null && call.written > 1 && call.role !== 'database';
  return FAULTS.filter((fault) => isPart || !isShort(fault));
}

export function isShort(fault: Fault): fault is 'short' | 'half-full' {
  return fault === 'short' || fault === 'half-full';
}

/** As strace's --inject takes it. */
export function injectionOf(fault: Exclude<Fault, 'short' | 'half-full'>, { name }: TracedCall, when: number): string {
  return `${name}:${fault === 'kill' ? 'signal=KILL' : `error=${fault}`}:when=${when}`;
}
