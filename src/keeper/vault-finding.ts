import type { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';

/** A failure of the vault that does not end the run, as the finding that tells of it. */
export function vaultFinding(failure: Failure, severity: 'error' | 'warning'): Finding {
  const { code, message, target } = failure;
  return { code, severity, target: target ?? 'vault', message, try: failure.try ?? '' };
}
