import type { Fingerprint, Gid, Mode, Sha256, Uid } from './brand.ts';
import type { CheckIn } from './check-in.ts';
import type { Finding } from './finding.ts';
import type { DatabaseIdentity, Generation } from './generation.ts';
import type { FileAccess, FileState, GuardedFile, GuardedSet } from './guarded-set.ts';
import type { Records } from './records.ts';
import type { RegistrationRow, RegistrationWish } from './registration.ts';
import type { Sequence } from './sequence.ts';
import type { EmptiedValue, PastPlace, ValueEvidence } from './value.ts';

/** What the live `glpicrypt.key` is. */
export type KeyState =
  | { readonly kind: 'absent' }
  /** `why` completes "the key file …", for one "is a directory" or "cannot be read (EACCES)". */
  | { readonly kind: 'unreadable'; readonly why: string }
  | {
      readonly kind: 'malformed';
      readonly size: number;
      readonly looksLike: 'empty' | 'hex' | 'base64' | 'trailing-newline' | 'truncated' | 'too-long';
    }
  | {
      readonly kind: 'well-formed';
      readonly fingerprint: Fingerprint;
      /** Its bytes match `%[^%\s]+%`: GLPI 11 does not boot with it. */
      readonly breaksGlpi11: boolean;
    };

/** A key that may be the right one. */
export interface Candidate {
  readonly fingerprint: Fingerprint;
  /** `decoded`: the live bytes without a newline at their end, or read as hex or base64. */
  readonly origin: 'live' | 'vault' | 'decoded';
}

export type DatabaseSource = 'setting' | 'config_db.php' | 'environment' | 'vault';

export type DatabaseState =
  /** `KEYKEEPER_DATABASE=none`. */
  | { readonly kind: 'none' }
  /** Not asked in this pass: the fast path after a file event. */
  | { readonly kind: 'deferred' }
  /** Nothing names a database: no setting, no config_db.php, no variables, nothing in the vault. */
  | { readonly kind: 'unconfigured' }
  | {
      readonly kind: 'unreachable';
      readonly source: DatabaseSource;
      readonly address: string;
      readonly schema: string;
      /** `unknown-host`, `refused`, `timeout`, `access-denied`, `unknown-database`, `tls`, `lost`, `too-old`, … */
      readonly reason: string;
      readonly message: string;
    }
  | {
      readonly kind: 'answers';
      readonly source: DatabaseSource;
      readonly identity: DatabaseIdentity;
      /** False: no GLPI tables in the schema (a first install, or the wrong schema). */
      readonly glpi: boolean;
      readonly version: string | null;
      /** `sample`: larger tables were read at their ends and at random only. */
      readonly coverage: 'sample' | 'full';
      /** Two full passes a settle time apart saw the same values and the same key file. */
      readonly settled: boolean;
      /** Sessions of others connected to the schema; null where that cannot be seen. */
      readonly otherSessions: number | null;
      readonly values: Sequence<ValueEvidence>;
      /**
       * Places that hold nothing now and for which the vault keeps a value that a known key opens; after a sample those
       * alone that are known from before.
       */
      readonly emptied: readonly EmptiedValue[];
      /** What older generations still have of lost values; looked for by `rescue` alone, in a full reading. */
      readonly past: readonly PastPlace[];
      /** Digests of values that no known key opens and for whose place the vault keeps one that does. */
      readonly keptForDead: readonly Sha256[];
      /** Fingerprint of the registration key that a known key opens in its row; null where there is none to read. */
      readonly registration: Fingerprint | null;
      readonly registrationRow: RegistrationRow;
      /** An installation or update is on its way: tables are missing, or the version is another than a settle time ago. */
      readonly installing: boolean;
      /** How GLPI's automatic actions fare; null where that cannot be read. */
      readonly checkIn: CheckIn | null;
      /** Digest of the escrow as a capture would write it now; null after a sample. */
      readonly escrowDigest: Sha256 | null;
    };

export type VaultState =
  | {
      readonly kind: 'ready';
      readonly generations: readonly Generation[];
      readonly damaged: readonly DamagedGeneration[];
      /** What else there is to say of the place that the vault lies in. */
      readonly findings?: readonly Finding[];
    }
  /** `code` is a FailureCode of the vault. */
  | { readonly kind: 'broken'; readonly code: string; readonly message: string; readonly try: string }
  /** Running without a vault (`doctor`). */
  | { readonly kind: 'none' };

/** A file of the vault that could not be used; the others can. */
export interface DamagedGeneration {
  readonly file: string;
  readonly reason: string;
}

/** What this same `watch` remembers; empty at init. */
export interface Memory {
  /** The last verdict that called the live key `sound` (or `unproven` with no database by choice), with that key. */
  readonly trusted: Fingerprint | null;
  /** Guarded files as they were under that verdict. */
  readonly files: Partial<Record<GuardedFile, FileState>>;
}

/** Owner and mode that the guarded files should have; null members are left as they are. */
export interface WantedAccess {
  readonly uid: Uid | null;
  readonly gid: Gid | null;
  /** For files that Keykeeper creates and does not know a mode for. */
  readonly newFileMode: Mode;
  /** Whether the key file is to be root's and read-only for GLPI; absent: as it is found. */
  readonly lock?: 'on' | 'off';
  /** What says whose the files are, for a person: "the owner of /var/glpi/config". */
  readonly from?: string;
}

export interface Observation {
  /** When it was made: RFC 3339, UTC. */
  readonly at: string;
  /** `gate`: init, or `watch --gate` before it opened. `guard`: watching. `ask`: a command that only looks. */
  readonly stage: 'gate' | 'guard' | 'ask';
  readonly configDirectory: 'present' | 'absent' | 'unreadable';
  /** Owner and mode of the config directory, or, while it is absent, of the volume mounted right above it. */
  readonly directoryAccess: FileAccess | null;
  readonly files: GuardedSet;
  readonly key: KeyState;
  /** Why a live config_db.php that is there cannot be used; null where it can, or is absent. */
  readonly databaseFileProblem: string | null;
  readonly vault: VaultState;
  readonly records: Records;
  readonly wish: RegistrationWish | null;
  readonly candidates: readonly Candidate[];
  readonly database: DatabaseState;
  /** GLPI is known to run (platform), known not to, or nobody can tell (null). */
  readonly glpiRunning: boolean | null;
  readonly memory: Memory;
  /** Complete database settings in the environment: config_db.php can be written from them. */
  readonly environmentDatabase: boolean;
  readonly access: WantedAccess;
}
