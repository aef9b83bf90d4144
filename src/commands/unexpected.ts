import { systemCode } from '../core/failure.ts';

/** Exit code of an error that nobody planned for: a fault of the program. The same that Node.js uses. */
export const UNEXPECTED = 1;

/**
 * One line about such an error: its name, the system's code and the place in the program. Its message is left out: it may
 * quote what was being read, and that may be a secret.
 */
export function describeUnexpected(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  const code = systemCode(error);
  const place =
    error instanceof Error ? /\(?((?:file:\/\/)?\/[^\s()]+:\d+:\d+)\)?/.exec(error.stack ?? '')?.[1] : undefined;
  const details = [code, place === undefined ? undefined : `at ${place}`].filter((each) => each !== undefined);
  return `unexpected ${[name, ...details].join(' ')}. This is a fault of Keykeeper: please report this line`;
}
