/** Stable codes of errors that end a command or become a finding. The text may change, the code does not. */
export type FailureCode =
  // usage and configuration
  | 'usage'
  | 'unknown-setting'
  | 'invalid-setting'
  | 'conflicting-setting'
  | 'unreadable-secret-file'
  | 'config-directory-missing'
  // guarded files
  | 'file-unreadable'
  | 'file-not-regular'
  | 'file-write-failed'
  | 'file-appeared'
  | 'file-changed'
  | 'access-not-repaired'
  // vault
  | 'vault-missing'
  | 'vault-unreadable'
  | 'vault-unwritable'
  | 'vault-full'
  | 'vault-newer-format'
  | 'vault-foreign'
  | 'vault-identity-missing'
  | 'vault-on-glpi-volume'
  | 'generation-damaged'
  | 'generation-unknown'
  | 'lease-held'
  // the vault as one file
  | 'export-damaged'
  | 'export-unreadable'
  | 'export-unwritable'
  // database
  | 'database-unreachable'
  | 'database-lost'
  | 'rows-changed'
  | 'rows-not-written'
  // GLPI's formats
  | 'config-db-malformed'
  // platform
  | 'platform-unreachable'
  | 'platform-denied'
  // the Kubernetes API
  | 'kubernetes-not-configured'
  | 'kubernetes-unreachable'
  | 'kubernetes-denied'
  | 'kubernetes-refused'
  // the person
  | 'refused';

export interface FailureDetails {
  /** The path, row or setting concerned. */
  readonly target?: string;
  /** What would have been right. */
  readonly expected?: string;
  /** What to do, as one line that can be followed or pasted. */
  readonly try?: string;
  readonly cause?: unknown;
}

/**
 * The one error class of Keykeeper: `message` starts in lower case with a verb or noun, names the target, and never
 * holds a secret.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly target: string | undefined;
  readonly expected: string | undefined;
  readonly try: string | undefined;

  constructor(code: FailureCode, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.target = details.target;
    this.expected = details.expected;
    this.try = details.try;
  }
}

/** The `code` of a Node.js system error (`ENOENT`, `EACCES`, …), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
