import { Failure, systemCode } from '../core/failure.ts';

/** How many causes are followed. */
const DEPTH = 4;

/**
 * An error as one line: code, message, what would have been right, and the codes of what caused it. Only a Failure's
 * message is ours and safe: of any other error the name and the system's code are told.
 */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < DEPTH && current !== undefined && current !== null; depth += 1) {
    parts.push(describeOne(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(', because of ');
}

function describeOne(error: unknown): string {
  if (error instanceof Failure) {
    const expected = error.expected === undefined ? '' : `, expected: ${error.expected}`;
    return `${error.code}: ${error.message}${expected}`;
  }
  const code = systemCode(error);
  if (code !== undefined) return code;
  return error instanceof Error ? error.name : 'an unknown error';
}
