import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { Failure, FailureCode } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import type { ResultDocument } from './document.ts';

/** The exit code of a command that ends in this failure. */
export function exitCodeOf(code: FailureCode): ExitCode {
  switch (code) {
    case 'usage':
    case 'unknown-setting':
    case 'invalid-setting':
    case 'conflicting-setting':
    case 'unreadable-secret-file':
    case 'config-directory-missing':
    case 'config-db-malformed':
    case 'generation-unknown':
    case 'export-unreadable':
    case 'platform-unreachable':
    case 'platform-denied':
    case 'kubernetes-not-configured':
    case 'kubernetes-unreachable':
    case 'kubernetes-denied':
    case 'kubernetes-refused':
      return EXIT.usage;
    case 'refused':
    case 'lease-held':
    case 'file-appeared':
    case 'file-changed':
    case 'rows-changed':
    case 'rows-not-written':
      return EXIT.choose;
    case 'database-unreachable':
    case 'database-lost':
      return EXIT.databaseUnreachable;
    case 'file-unreadable':
    case 'file-not-regular':
    case 'file-write-failed':
    case 'access-not-repaired':
      return EXIT.access;
    case 'vault-missing':
    case 'vault-unreadable':
    case 'vault-unwritable':
    case 'vault-full':
    case 'vault-newer-format':
    case 'vault-foreign':
    case 'vault-identity-missing':
    case 'vault-on-glpi-volume':
    case 'generation-damaged':
    case 'export-damaged':
    case 'export-unwritable':
      return EXIT.vault;
  }
}

/** A failure as the finding that it is reported as. */
export function findingOf(failure: Failure): Finding {
  const expected = failure.expected === undefined ? '' : ` (expected: ${failure.expected})`;
  return {
    code: failure.code,
    severity: 'error',
    target: failure.target ?? '',
    message: `${failure.message}${expected}`,
    try: failure.try ?? '',
  };
}

/** The document of a command that ended before it had a result. */
export function failureDocument(command: string, failure: Failure): ResultDocument {
  return emptyDocument(command, exitCodeOf(failure.code), [findingOf(failure)]);
}

/** A document without a judgement: of a command that makes none, or did not come so far. */
export function emptyDocument(command: string, exitCode: number, findings: Finding[] = []): ResultDocument {
  return {
    command,
    verdict: null,
    verdictAfter: null,
    gate: null,
    exitCode,
    findings,
    actions: [],
    canary: null,
    fingerprint: null,
    generation: null,
  };
}
