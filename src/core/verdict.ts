import type { Fingerprint } from './brand.ts';
import type { EmptiedValue, ValueEvidence } from './value.ts';

/** What is said of the live key. A first install is `missing` with nothing to bring back. */
export const VERDICTS = [
  'sound',
  'damaged',
  'mixed',
  'wrong',
  'missing',
  'malformed',
  'unreadable',
  'unproven',
  'lost',
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Which key is to be brought back, and on what ground. */
export type KeyChoice =
  /** The live key stays. */
  | { readonly kind: 'keep' }
  | {
      readonly kind: 'restore';
      readonly fingerprint: Fingerprint;
      /** `database`: it authenticates most. `only`: the vault holds this one alone. `memory`: it was live under this watch. `last-proven`: the database does not answer. */
      readonly ground: 'database' | 'only' | 'memory' | 'last-proven';
    }
  /** A person must choose among these. */
  | { readonly kind: 'tie'; readonly fingerprints: readonly Fingerprint[]; readonly tested: boolean }
  /** The database has to answer first. */
  | { readonly kind: 'wait' }
  /** Nothing is known that could be brought back. */
  | { readonly kind: 'nothing' };

/** The database observed is not the one that the vault's generations belong to. */
export interface Elsewhere {
  readonly member: 'address' | 'schema' | 'instanceUuid' | 'glpiNetworkUuid';
  readonly expected: string;
  readonly found: string;
}

/** More observation that has to come before anything is done on this verdict. */
export type Need = 'nothing' | 'full-pass' | 'second-pass';

export interface Judgement {
  readonly verdict: Verdict;
  readonly firstInstall: boolean;
  readonly choice: KeyChoice;
  readonly need: Need;
  readonly elsewhere: Elsewhere | null;
  /** Fingerprint of the live key if it is well-formed. */
  readonly live: Fingerprint | null;
  /** Values that count, and how many of them the live key authenticates. */
  readonly tested: number;
  readonly opened: number;
  /** Real values under the live key that Keykeeper did not seal: at least one proves it. */
  readonly real: number;
  /** Values that no candidate opens. */
  readonly dead: readonly ValueEvidence[];
  /** Values that the live key does not open and another candidate does. */
  readonly movable: readonly ValueEvidence[];
  /** Values that open but were destroyed, where something better is known. */
  readonly destroyed: readonly ValueEvidence[];
  /** Values that GLPI emptied in a bad time, and that the vault still has. */
  readonly emptied: readonly EmptiedValue[];
  /** The database is configured and does not answer. */
  readonly databaseSilent: boolean;
  /** The bytes of the live key keep GLPI 11 from booting, and this is GLPI 11. */
  readonly breaksGlpi: boolean;
}
