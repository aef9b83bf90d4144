import { Failure } from '../core/failure.ts';

/** Why a holder's work is given up when it has not renewed its lease in time: it passes, and the next run goes on. */
export function leaseLost(): Failure {
  return new Failure('lease-held', 'the lease of the vault was taken over, or could not be renewed in time', {
    target: 'vault',
    expected: 'a moment of the processor and of the disk every two seconds',
    try: 'run it again when the machine has less to do',
  });
}
