export type Severity = 'error' | 'warning' | 'advice' | 'info';

/** One thing that a person should know. `code` is stable; `try` is a line to follow or paste, or ''. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  /** Path, row or setting concerned. */
  readonly target: string;
  readonly message: string;
  readonly try: string;
}
