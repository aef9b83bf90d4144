import { Failure, type FailureCode } from '../../core/failure.ts';
import { ApiFailure } from '../../kubernetes/api-failure.ts';
import type { ObjectPlace } from '../../kubernetes/object-place.ts';

/**
 * A failure of the API as one of the vault, which says the same: 404 is `vault-missing`, everything else
 * `vault-unreadable` or `vault-unwritable`. Others pass through.
 */
export function secretFailure(error: unknown, attempt: 'read' | 'write'): unknown {
  if (!(error instanceof ApiFailure) && !isUnconfigured(error)) return error;
  const missing = error instanceof ApiFailure && error.status === 404;
  const code: FailureCode = missing ? 'vault-missing' : attempt === 'read' ? 'vault-unreadable' : 'vault-unwritable';
  return new Failure(code, `the vault cannot be ${attempt === 'read' ? 'read' : 'written'}: ${error.message}`, {
    ...(error.target === undefined ? {} : { target: error.target }),
    ...(error.expected === undefined ? {} : { expected: error.expected }),
    ...(error.try === undefined ? {} : { try: error.try }),
    cause: error,
  });
}

/** The API server lets a Secret become immutable, and never anything else again. */
export function immutable({ namespace, name }: ObjectPlace, target: string): Failure {
  return new Failure('vault-unwritable', `${target} was made immutable: nothing can be added to it any more`, {
    target,
    expected: 'a Secret without "immutable: true"',
    try: `keykeeper export keys.kkx; kubectl -n ${namespace} delete secret ${name}; a keeper that watches makes it anew, else: keykeeper import keys.kkx`,
  });
}

export function full(target: string, size: number, limit: number): Failure {
  return new Failure(
    'vault-full',
    `the vault would take ${size} bytes, and a Secret takes ${limit}: nothing was written`,
    {
      target,
      expected: 'a vault that fits into a Secret (1 MiB)',
      try: 'keep the vault in a directory on a volume: keykeeper export, KEYKEEPER_VAULT=file:///vault, keykeeper import',
    },
  );
}

export function foreign(target: string, entry: string): Failure {
  return new Failure('vault-foreign', `${target} holds "${entry}", which is not Keykeeper's`, {
    target,
    expected: 'an empty Secret, or one that Keykeeper made',
    try: 'point KEYKEEPER_VAULT at a Secret of its own',
  });
}

export function lookingOnly(target: string): Failure {
  return new Failure('vault-unwritable', 'the vault was opened for looking only', { target });
}

export function tooBusy(target: string): Failure {
  return new Failure('vault-unwritable', 'other keepers changed the vault faster than it could be written', {
    target,
    try: 'it is tried again by itself; look which others write to this Secret: kubectl get secret --show-managed-fields',
  });
}

function isUnconfigured(error: unknown): error is Failure {
  return error instanceof Failure && error.code === 'kubernetes-not-configured';
}
