import { Failure, systemCode } from '../../core/failure.ts';
import { type EngineAddress, showAddress } from './engine-address.ts';

/** The HTTP status in an error of docker-modem; undefined where no answer came. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** A proxy or an authorization plugin forbids the question, or this process may not open the socket. */
export function isDenied(error: unknown): boolean {
  const status = statusOf(error);
  return status === 401 || status === 403 || systemCode(error) === 'EACCES' || systemCode(error) === 'EPERM';
}

/**
 * Says what went wrong with the engine.
 * @param right the section of the API that was asked (`CONTAINERS`), as docker-socket-proxy names its switches
 * @param timeout how long the question was given, in ms
 */
export function engineFailure(error: unknown, address: EngineAddress, right: string, timeout: number): Failure {
  if (error instanceof Failure) return error;
  const target = showAddress(address);
  if (right === 'EXEC' && statusOf(error) !== undefined && isDenied(error)) {
    return new Failure('platform-denied', `${target} does not let commands be run in containers`, {
      target,
      expected: 'POST to /containers/{id}/exec and /exec/{id}/start',
      try: 'set EXEC=1 and POST=1 on the socket proxy, if you want to grant that much, or run the command by hand',
      cause: error,
    });
  }
  if (statusOf(error) !== undefined && isDenied(error)) {
    return new Failure('platform-denied', `${target} forbids reading ${right.toLowerCase()}`, {
      target,
      expected: `read access to /${right.toLowerCase()}`,
      try: `set ${right}=1 on the socket proxy, or KEYKEEPER_PLATFORM=none to do without the engine`,
      cause: error,
    });
  }
  if (isDenied(error)) {
    return new Failure(
      'platform-denied',
      `${target} cannot be opened by uid ${process.getuid?.()} (${systemCode(error)})`,
      {
        target,
        expected: "read and write permission on the engine's socket",
        try: "add the socket's group to this container (group_add: the number that stat -c %g shows), or use a socket proxy",
        cause: error,
      },
    );
  }
  return new Failure('platform-unreachable', `the engine at ${target} ${reasonOf(error, timeout)}`, {
    target,
    expected: 'an answer of Docker Engine',
    try: 'check that the engine runs and that its socket or proxy is mounted or named by DOCKER_HOST',
    cause: error,
  });
}

function reasonOf(error: unknown, timeout: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `does not answer within ${timeout} ms`;
  const status = statusOf(error);
  if (status !== undefined) return `answers with HTTP status ${status}`;
  return `does not answer (${systemCode(error) ?? (error instanceof Error ? error.message : String(error))})`;
}
