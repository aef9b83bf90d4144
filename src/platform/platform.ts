import type { Finding } from '../core/finding.ts';

/** How GLPI's container is, as its engine tells it. */
export interface ObservedContainer {
  /** 64 hex digits. */
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  readonly image: string;
  /** RFC 3339, UTC; null before the first start. */
  readonly startedAt: string | null;
  /** Restarts by the restart policy since the container was made or last started by hand. */
  readonly restarts: number;
  /** Null where the container has no health check. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | null;
}

export interface PlatformObservation {
  /** GLPI runs, does not run, or nobody can tell (null). A container between two restarts counts as running. */
  readonly running: boolean | null;
  /** Null when none or several were found. */
  readonly container: ObservedContainer | null;
  readonly findings: readonly Finding[];
}

/** What GLPI runs on: knows whether it runs, and hints when that changes. */
export interface Platform extends AsyncDisposable {
  readonly name: 'none' | 'docker';
  /**
   * Looks afresh. An engine that does not answer or forbids the question is a finding, not an error.
   * @throws the reason of `signal` once that is aborted.
   */
  observe(signal?: AbortSignal): Promise<PlatformObservation>;
  /**
   * Calls `onChange` whenever GLPI's life may have changed, until `signal` is aborted or the platform is disposed.
   * Calls are hints: they may repeat, and nothing may rest on their number. Returns at once.
   */
  follow(onChange: (reason: string) => void, signal: AbortSignal): void;
}
