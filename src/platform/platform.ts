import type { Finding } from '../core/finding.ts';

/** How GLPI's container is, as its engine tells it. */
export interface ObservedContainer {
  /** 64 hex digits; '' where it was never started. */
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  readonly image: string;
  /** RFC 3339, UTC; null before the first start. */
  readonly startedAt: string | null;
  /** By its restart policy: since it was made or last started by hand, or in its pod's life. */
  readonly restarts: number;
  /** Null where the container has no health check; in a pod that it is ready, or is not. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | null;
}

/** A place where a container sees something of its host. */
export interface ContainerMount {
  readonly type: string;
  /** Name of the volume; null for anything else. */
  readonly volume: string | null;
  /** Path on the engine's host; '' where there is none (tmpfs). */
  readonly source: string;
  /** Path in the container. */
  readonly destination: string;
}

/** More of a container than a pass needs: what only somebody asks for who looks at the whole set-up. */
export interface DescribedContainer extends ObservedContainer {
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly ContainerMount[];
  /** RFC 3339, UTC; null where it never ended. */
  readonly finishedAt: string | null;
  /** Its arguments, without the entrypoint. */
  readonly command: readonly string[];
  /** Those of its variables that switch GLPI's official image and hold no secret. */
  readonly switches: Readonly<Record<string, string>>;
}

/** The containers of one set-up. */
export interface PlatformDescription {
  /** Keykeeper's, which asks; null outside one. */
  readonly own: DescribedContainer | null;
  /** Null when none or several were found. */
  readonly glpi: DescribedContainer | null;
  /** Keykeeper's others in the same set-up: the gate, the watch. */
  readonly keepers: readonly DescribedContainer[];
  /** How far the clock here is ahead of the engine's (negative: behind), in ms, to a second; null where it does not tell. */
  readonly clockAhead: number | null;
}

export interface PlatformObservation {
  /** GLPI runs, does not run, or nobody can tell (null). A container between two restarts counts as running. */
  readonly running: boolean | null;
  /** Null when none or several were found. */
  readonly container: ObservedContainer | null;
  readonly findings: readonly Finding[];
}

/** How a command is run in GLPI's container. */
export interface ExecOptions {
  /** `uid:gid`, or a name that the container knows; never root, by whatever name. */
  readonly user: string;
  /** Path in the container. */
  readonly workingDirectory: string;
  /** How long it may take, in ms. Afterwards it is no longer waited for; it goes on by itself, for nothing here can end it. */
  readonly timeout: number;
  /** How much of each of its two streams is kept, in bytes. */
  readonly outputLimit: number;
  readonly signal: AbortSignal;
}

export type ExecOutcome =
  /** `cut`: it wrote more than the limit. */
  | {
      readonly kind: 'ended';
      readonly exitCode: number;
      readonly output: string;
      readonly errors: string;
      readonly cut: boolean;
    }
  /** Whoever guards the engine does not let commands be run; the message says what would. */
  | { readonly kind: 'denied'; readonly message: string }
  /** There is no container that is certainly GLPI's, or it does not run, or the engine does not answer. */
  | { readonly kind: 'unavailable'; readonly message: string }
  | { readonly kind: 'timed-out'; readonly message: string };

/** Something that people who look at GLPI's pod should find there. */
export interface Announcement {
  readonly type: 'Normal' | 'Warning';
  /** One word in CamelCase, the same each time. */
  readonly reason: string;
  /** Never a secret. */
  readonly message: string;
}

/** What GLPI runs on: knows whether it runs, and hints when that changes. */
export interface Platform extends AsyncDisposable {
  readonly name: 'none' | 'docker' | 'kubernetes';
  /** The pod that this is; absent where it is none. */
  readonly pod?: { readonly namespace: string; readonly name: string };
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
  /**
   * Looks at all of the set-up's containers. Absent where there is nobody to ask.
   * @throws Failure 'platform-unreachable' or 'platform-denied'; the reason of `signal` once that is aborted.
   */
  describe?(signal: AbortSignal): Promise<PlatformDescription>;
  /**
   * Runs a command in GLPI's own container, as somebody who is not root. Absent where nothing can be run at all.
   * @throws the reason of `signal` once that is aborted.
   */
  exec?(command: readonly string[], options: ExecOptions): Promise<ExecOutcome>;
  /**
   * Puts something where the people of this platform look. Absent where there is no such place; what cannot be put there
   * is dropped, for the log has it too. Never rejects.
   */
  announce?(announcement: Announcement, signal: AbortSignal): Promise<void>;
}
