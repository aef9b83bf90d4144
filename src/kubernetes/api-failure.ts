import { Failure, type FailureCode, systemCode } from '../core/failure.ts';
import { type ObjectPlace, roleRule, showPlace, type Verb } from './object-place.ts';

/** What the API server said instead of doing it. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number;
  /** The machine-readable word of the Status object (`Conflict`, `Expired`, `AlreadyExists`); '' where there was none. */
  readonly reason: string;
  /** The sentence of the Status object; '' where there was none. */
  readonly message: string;
}

/**
 * A question to the Kubernetes API that failed: `kubernetes-denied` for 401 and 403, `kubernetes-refused` for every other
 * answer that is no success, `kubernetes-unreachable` where no answer came.
 */
export class ApiFailure extends Failure {
  /** HTTP status; null where no answer came. */
  readonly status: number | null;
  /** As in {@link Refusal}. */
  readonly reason: string;

  constructor(code: FailureCode, message: string, details: ApiFailureDetails) {
    super(code, message, details);
    this.status = details.status;
    this.reason = details.reason;
  }
}

interface ApiFailureDetails {
  readonly status: number | null;
  readonly reason: string;
  readonly target: string;
  readonly expected?: string;
  readonly try?: string;
  readonly cause?: unknown;
}

export function refused(place: ObjectPlace, verb: Verb, refusal: Refusal): ApiFailure {
  const { status, reason } = refusal;
  const target = showPlace(place);
  const details = { status, reason, target };
  if (status === 403) {
    return new ApiFailure(
      'kubernetes-denied',
      `the Kubernetes API does not let ${whoIs(refusal)} ${verb} ${target} (403)`,
      {
        ...details,
        expected: 'a Role, bound to the service account of this pod, that allows it',
        try: `add to that Role's rules: ${roleRule(place, verb)}`,
      },
    );
  }
  if (status === 401) {
    return new ApiFailure('kubernetes-denied', `the Kubernetes API does not know who asks for ${target} (401)`, {
      ...details,
      expected: 'a valid service account token, or valid credentials in the kubeconfig',
      try: 'check automountServiceAccountToken of the pod and that its service account exists; outside a pod: kubectl auth whoami',
    });
  }
  const word = reason === '' ? '' : ` ${reason}`;
  return new ApiFailure('kubernetes-refused', `cannot ${verb} ${target}: the Kubernetes API answers ${status}${word}`, {
    ...details,
    ...(status === 404 ? { try: `kubectl -n ${place.namespace} get ${place.resource} ${place.name}` } : {}),
  });
}

/**
 * Reads what was answered with a success. Something else than the API may stand at its address (a proxy, a sign-in page):
 * what it answers is none of the object.
 *
 * @throws ApiFailure `kubernetes-refused`
 */
export function readAnswer<T>(shape: Readable<T>, answer: unknown, place: ObjectPlace, verb: Verb): T {
  const read = shape.safeParse(answer);
  if (read.success) return read.data;
  const target = showPlace(place);
  throw new ApiFailure('kubernetes-refused', `cannot ${verb} ${target}: what is answered is no such object`, {
    status: null,
    reason: '',
    target,
    expected: 'an answer of the API server',
    try: `kubectl -n ${place.namespace} get ${place.resource} ${place.name} -o yaml`,
    cause: read.error,
  });
}

/** A schema, as far as it is needed here: most of whom this file serves have none. */
interface Readable<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error };
}

/** @param timeout how long an answer was waited for, in ms */
export function unreachable(
  place: ObjectPlace,
  verb: Verb,
  server: string,
  timeout: number,
  cause: unknown,
): ApiFailure {
  const target = showPlace(place);
  const why = isTimeout(cause) ? `does not answer within ${timeout} ms` : `does not answer (${nameOf(cause)})`;
  return new ApiFailure('kubernetes-unreachable', `cannot ${verb} ${target}: the Kubernetes API at ${server} ${why}`, {
    status: null,
    reason: '',
    target,
    expected: 'an answer of the API server',
    try: 'check that the API server runs and that no NetworkPolicy keeps this pod from it; it is tried again by itself',
    cause,
  });
}

/** The account as the refusal names it (`User "system:serviceaccount:glpi:keykeeper"`): that is whose rights lack. */
function whoIs({ message }: Refusal): string {
  return /User "([^"]{1,200})"/.exec(message)?.[1] ?? 'this account';
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'TimeoutError';
}

function nameOf(cause: unknown): string {
  return systemCode(cause) ?? (cause instanceof Error ? cause.message : String(cause));
}
