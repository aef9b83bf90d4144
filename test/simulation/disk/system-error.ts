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

export function systemError(code: string, syscall: string): NodeJS.ErrnoException {
  return new SystemError(code, syscall);
}
