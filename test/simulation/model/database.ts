import { hash } from 'node:crypto';
import { sha256 } from '../../../src/core/brand.ts';
import { Failure } from '../../../src/core/failure.ts';
import type { ValueReference } from '../../../src/core/value.ts';
import type {
  Database,
  Identification,
  PlaceRead,
  RegistrationRead,
  ValueChange,
  ValuesRead,
} from '../../../src/glpi/database/database.ts';
import type { RegistrationChange } from '../../../src/glpi/database/write-registration.ts';
import type { VirtualClock } from '../machine/clock.ts';
import { currentProcess, Killed, type SimulatedProcess } from '../machine/process.ts';
import { newMemory } from '../machine/remember.ts';

export interface Row {
  readonly reference: ValueReference;
  value: string | null;
}

/** Where GLPI keeps the registration key. */
export const REGISTRATION = {
  table: 'glpi_configs',
  column: 'value',
  id: 90,
  context: 'core',
  name: 'glpinetwork_registration_key',
} as const satisfies ValueReference;

/** A session's write, at the moment at which it is committed. */
export interface Commit {
  readonly by: SimulatedProcess;
  readonly changes: readonly ValueChange[];
}

/** The database of a GLPI made of plain data: its rows, its identity, and whether it answers. */
export class SimulatedDatabase {
  rows: Row[] = [];
  up = true;
  readonly uuid = 'instance-uuid';
  /** Of GLPI, as the database says it. */
  version: string;
  /** Name of the instance at GLPI Network. */
  networkUid: string | null = 'network-uid';
  /** The values that each process read last in full. */
  readonly lastRead = new Map<SimulatedProcess, readonly (string | null)[]>();
  /** Sessions of others, GLPI's for one. */
  otherSessions: () => number = () => 0;
  /** Counts what others than keepers changed, of the rows and of the config directory. */
  outsideChanges = 0;
  /** How many of them there were when a process began the look that it read in last. */
  readonly readAfter = new Map<SimulatedProcess, number>();
  onCommit: (commit: Commit) => void = () => {};
  /** How long a statement takes, in ms of the simulated clock. */
  latency = 2;
  readonly clock: VirtualClock;

  constructor(clock: VirtualClock, version: string) {
    this.clock = clock;
    this.version = version;
  }

  /** The row of the registration key; undefined where there is none. */
  get registration(): Row | undefined {
    return this.rows.find(({ reference }) => reference.name === REGISTRATION.name);
  }

  snapshot(): Row[] {
    return this.rows.map((row) => ({ ...row }));
  }

  /** Opens a session; the look that it is part of began just now, with the files. */
  open(): Database {
    const process = currentProcess();
    if (process !== null) this.readAfter.set(process, this.outsideChanges);
    return new Session(this);
  }
}

const places = newMemory<ValueReference, string>();

export function placeOf(reference: ValueReference): string {
  let place = places.get(reference);
  if (place === undefined) {
    const { table, column, id, context, name, jsonPath } = reference;
    place = [table, column, id, context ?? '', name ?? '', jsonPath ?? ''].join('/');
    places.set(reference, place);
  }
  return place;
}

class Session implements Database {
  readonly #database: SimulatedDatabase;

  constructor(database: SimulatedDatabase) {
    this.#database = database;
  }

  async identify(): Promise<Identification> {
    await this.#statement();
    const { uuid, version } = this.#database;
    const identity = {
      address: 'db:3306',
      schema: 'glpi',
      instanceUuid: uuid,
      glpiNetworkUuid: this.#database.networkUid,
    };
    return { identity, glpi: true, partial: false, version };
  }

  async readValues(): Promise<ValuesRead> {
    await this.#statement();
    const { rows, lastRead } = this.#database;
    const values = rows.flatMap(({ reference, value }) =>
      value === null || value === '' || value === '0'
        ? []
        : [{ reference, value, class: 'setting' as const, sealedColumn: true }],
    );
    const all = values.map(({ reference, value }) => `${placeOf(reference)}\0${value}\0`).join('');
    const process = currentProcess();
    if (process !== null) {
      lastRead.set(
        process,
        rows.map((row) => row.value),
      );
    }
    return { values, coverage: 'full', digest: sha256(hash('sha256', all, 'hex')) };
  }

  async readPlaces(references: readonly ValueReference[]): Promise<PlaceRead[]> {
    await this.#statement();
    return references.map((reference) => {
      const row = this.#database.rows.find((each) => placeOf(each.reference) === placeOf(reference));
      if (row === undefined) return { reference, state: 'gone' };
      const { value } = row;
      return value === null || value === '' || value === '0'
        ? { reference, state: 'empty', value }
        : { reference, state: 'filled' };
    });
  }

  async readRegistration(): Promise<RegistrationRead> {
    await this.#statement();
    const { registration, networkUid: uid } = this.#database;
    if (registration === undefined) return { row: 'absent', uid };
    const { value } = registration;
    if (value === null) return { row: 'null', uid };
    return { row: value === '' || value === '0' ? 'empty' : { value }, uid };
  }

  async otherSessions(): Promise<number> {
    await this.#statement();
    return this.#database.otherSessions();
  }

  async readCheckIn(): Promise<null> {
    await this.#statement();
    return null;
  }

  async readClock(): Promise<number> {
    await this.#statement();
    return this.#database.clock.wallTime;
  }

  async rewriteValues(wanted: Iterable<ValueChange>, beforeCommit: () => void = () => {}): Promise<number> {
    const changes = [...wanted];
    for (const _ of changes) await this.#statement();
    const { rows } = this.#database;
    const found = changes.map(({ reference, from }) =>
      rows.find((row) => placeOf(row.reference) === placeOf(reference) && row.value === from),
    );
    if (found.some((row) => row === undefined)) throw new Failure('rows-changed', 'a row was changed meanwhile');
    beforeCommit();
    const process = currentProcess();
    if (process === null || process.dead) throw new Killed('commit');
    this.#database.onCommit({ by: process, changes });
    for (const [index, row] of found.entries()) if (row !== undefined) row.value = changes[index]?.to ?? null;
    await this.#statement();
    return changes.length;
  }

  readNetworkSettings(): never {
    throw new Error('GLPI Network is not simulated');
  }

  searchColumns(): never {
    throw new Error('a deep search is not simulated');
  }

  async writeRegistration({ from, to, uid }: RegistrationChange, beforeCommit: () => void = () => {}): Promise<void> {
    await this.#statement();
    const database = this.#database;
    const { row } = await this.readRegistration();
    if (JSON.stringify(row) !== JSON.stringify(from)) throw new Failure('rows-changed', 'a row was changed meanwhile');
    beforeCommit();
    const process = currentProcess();
    if (process === null || process.dead) throw new Killed('commit');
    const before = database.registration?.value ?? null;
    database.onCommit({ by: process, changes: [{ reference: REGISTRATION, from: before, to }] });
    if (database.registration === undefined) database.rows.push({ reference: REGISTRATION, value: to });
    else database.registration.value = to;
    if (uid !== null) database.networkUid ??= uid;
    await this.#statement();
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** Takes its time; a server that goes away ends the session, a process that dies waits for ever. */
  async #statement(): Promise<void> {
    const { clock, latency } = this.#database;
    await clock.wait(latency);
    if (!this.#database.up) throw new Failure('database-lost', 'the database went away');
  }
}
