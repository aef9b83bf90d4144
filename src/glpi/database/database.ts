import type { Sha256 } from '../../core/brand.ts';
import type { CheckIn } from '../../core/check-in.ts';
import type { DatabaseIdentity } from '../../core/generation.ts';
import type { SecuredPlace } from '../../core/secured-place.ts';
import type { Sequence } from '../../core/sequence.ts';
import type { StoredValue, ValueReference } from '../../core/value.ts';
import type { NetworkSettings } from './read-network-settings.ts';
import type { ColumnSearch, ColumnSearchRequest } from './search-columns.ts';
import type { TableMemory } from './table-memory.ts';
import type { RegistrationChange } from './write-registration.ts';

export interface OpenOptions {
  /** Milliseconds for one host, from the first packet to the end of the login. */
  readonly connectTimeout: number;
  /** Milliseconds for one statement; the default is a minute. */
  readonly queryTimeout?: number;
  /** Aborted: the attempt rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** `reason` is a stable word (see classify-error.ts); `message` names the address; `try` says what to do. */
export interface Unreachable {
  readonly kind: 'unreachable';
  readonly reason: string;
  readonly message: string;
  readonly try: string;
}

export type OpenOutcome = { readonly kind: 'open'; readonly database: Database } | Unreachable;

export interface Identification {
  readonly identity: DatabaseIdentity;
  /** The schema has a `glpi_configs`. */
  readonly glpi: boolean;
  /** Some GLPI tables, but no version in them, or others are missing: an installation or import on its way, or one that broke off. */
  readonly partial: boolean;
  /** `10.0.17`, `11.0.6`, `12.0.0-dev`, …; null when the database does not say. */
  readonly version: string | null;
}

export interface ValuesRead {
  readonly values: Sequence<StoredValue>;
  /** `full` too where a sample was wanted and no table was large enough to need one. */
  readonly coverage: 'sample' | 'full';
  /**
   * SHA-256 over every reference and value read. Two full readings, both with a memory or both without, whose digests are
   * equal saw the same values; samples take random rows, so theirs differ.
   */
  readonly digest: Sha256;
}

/** `null`: the row holds NULL; `empty`: '' or '0'. `value` is what is stored, sealed. */
export type RegistrationRow = 'absent' | 'null' | 'empty' | { readonly value: string };

export interface RegistrationRead {
  readonly row: RegistrationRow;
  /** The instance's `glpi_network_uuid`; null when the database has none. */
  readonly uid: string | null;
}

/** What a place holds for which no value was read. `value`: '', '0' or null. */
export type PlaceRead =
  | { readonly reference: ValueReference; readonly state: 'gone' | 'filled' }
  | { readonly reference: ValueReference; readonly state: 'empty'; readonly value: string | null };

/** A stored value that shall become another: `from` and `to` as stored, without the JSON around them; null is NULL. */
export interface ValueChange {
  readonly reference: ValueReference;
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * An open database. Its session is read-only outside {@link Database.rewriteValues}. Calls made at the same time are run
 * one after the other. Any of them rejects with a Failure `database-lost` when the server goes away, refuses a
 * statement, or takes longer than the time limit. Disposing closes the connection, within half a second even when the
 * server hangs.
 */
export interface Database extends AsyncDisposable {
  identify(): Promise<Identification>;
  /**
   * The sealed values, read in one consistent snapshot; '' , '0' and NULL are not values. `sample` reads larger tables
   * at their ends and at random only.
   *
   * @param places found by a deep search, read beside what GLPI is known to seal; those that are gone are left out
   * @param memory of readings before: where a large table has not changed since, its values are not fetched again
   */
  readValues(
    want: 'sample' | 'full',
    places?: readonly SecuredPlace[],
    memory?: TableMemory | null,
  ): Promise<ValuesRead>;
  /** Looks through every text column of the schema, see search-columns.ts. */
  searchColumns(request: ColumnSearchRequest): Promise<ColumnSearch>;
  /** What places hold of which a value is expected and none was read. */
  readPlaces(references: readonly ValueReference[]): Promise<PlaceRead[]>;
  readRegistration(): Promise<RegistrationRead>;
  readNetworkSettings(): Promise<NetworkSettings>;
  /** Null where GLPI's automatic actions cannot be read. */
  readCheckIn(): Promise<CheckIn | null>;
  /** The server's clock, ms since 1970 in whole seconds. */
  readClock(): Promise<number>;
  /** Sessions of others whose default schema is this one; null where they cannot be seen. */
  otherSessions(): Promise<number | null>;
  /**
   * Replaces stored values in one transaction, see rewrite-values.ts.
   *
   * @param changes taken some at a time, as they are written
   * @returns how many were written
   * @throws Failure `rows-changed` when a row is no longer what `from` says, `rows-not-written` when the server refuses;
   * nothing is changed then. Throws what `beforeCommit` throws, too.
   */
  rewriteValues(changes: Iterable<ValueChange>, beforeCommit?: () => void): Promise<number>;
  /** Writes the row of the registration key, see write-registration.ts. @throws as {@link Database.rewriteValues} */
  writeRegistration(change: RegistrationChange, beforeCommit?: () => void): Promise<void>;
}
