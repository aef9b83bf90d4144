import type { AbsolutePath } from '../core/brand.ts';
import { Failure, systemCode } from '../core/failure.ts';
import { diagnoseAccess } from './access-diagnosis.ts';
import { type AccessTarget, accessFacts } from './access-facts.ts';
import { wantedText } from './access-text.ts';

/**
 * The Failure 'access-not-repaired' for a chown or chmod that the system refused: why, and the line that helps. `subject`
 * tells whether the file or directory is there already or was to be made.
 */
export function accessFailure(
  path: AbsolutePath,
  target: AccessTarget,
  error: unknown,
  subject: 'existing' | 'new' = 'existing',
): Failure {
  return notRepaired(path, target, systemCode(error) ?? 'unknown', subject, error);
}

/** The same where the system accepted the change and the file stands as before, as some network file systems do. */
export function ignoredChange(path: AbsolutePath, target: AccessTarget): Failure {
  return notRepaired(path, target, 'ignored', 'existing', undefined);
}

function notRepaired(
  path: AbsolutePath,
  target: AccessTarget,
  refused: string,
  subject: 'existing' | 'new',
  cause: unknown,
): Failure {
  const diagnosis = diagnoseAccess(accessFacts(path, target, refused, subject));
  return new Failure('access-not-repaired', `cannot set owner and mode of ${path}: ${diagnosis?.why ?? refused}`, {
    target: path,
    expected: wantedText(target),
    ...(diagnosis === null ? {} : { try: diagnosis.try }),
    ...(cause === undefined ? {} : { cause }),
  });
}
