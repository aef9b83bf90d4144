/** An error as Node.js throws it for a system call. */
class SystemError extends Error implements NodeJS.ErrnoException {
  readonly code: string;
  readonly syscall: string;
  readonly errno = -1;

  constructor(code: string, syscall: string) {
    super(`${code}: ${syscall}`);
    this.code = code;
    this.syscall = syscall;
  }
}

/** Errors that were thrown before: histories throw thousands, mostly of files that are not there. */
const known = new Map<string, SystemError>();

export function systemError(code: string, syscall: string): NodeJS.ErrnoException {
  if (Error.stackTraceLimit !== 0) return new SystemError(code, syscall);
  const name = `${code} ${syscall}`;
  let error = known.get(name);
  if (error === undefined) {
    error = Object.freeze(new SystemError(code, syscall));
    known.set(name, error);
  }
  return error;
}
