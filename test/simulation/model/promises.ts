import { hash } from 'node:crypto';
import type { Reconciliation } from '../../../src/keeper/reconcile.ts';
import type { NameChange } from '../disk/disk.ts';
import type { Inode } from '../disk/inode.ts';
import type { Machine } from '../machine/machine.ts';
import type { SimulatedProcess } from '../machine/process.ts';
import { type Commit, placeOf, REGISTRATION, type SimulatedDatabase } from './database.ts';
import { CONFIG, KEY_PATH, PASSWORD, type SimulatedGlpi } from './glpi.ts';
import { Opener } from './glpi-cipher.ts';
import { keysWrittenIn } from './keys-written-in.ts';
import { VaultFiles } from './vault-files.ts';

/** What a history may break, by the promises of DESIGN section 1; `no-defect` is an error that nobody planned. */
export type PromiseName =
  | 'never-lose'
  | 'never-worse'
  | 'never-unreadable'
  | 'never-generate'
  | 'gate'
  | 'heals'
  | 'level-triggered'
  | 'crash-safe'
  | 'idempotent'
  | 'minimal-touch'
  | 'silent'
  | 'alone'
  | 'registration'
  | 'no-defect';

export interface BrokenPromise {
  readonly promise: PromiseName;
  readonly message: string;
}

/** Takes what happens in between, for whoever wants to understand a history or to compare it. */
export interface Teller {
  /** A keeper, or the world, changed a file or rows. */
  change(line: string): void;
  /** All that a pass told, where it is not what was told before. */
  told(text: string): void;
}

const GUARDED =
  /^(?:glpicrypt\.key|config_db\.php|config_db_slave\.php|local_define\.php|glpi\.key|oauth\.pem|oauth\.pub|\.keykeeper-.*\.tmp)$/;
const LEASE = '/vault/glpi/lease.json';
/** A rotation that changed nothing for this long, in ms, counts as dead: twice the settle time. */
const ROTATION_STALLED = 20_000;

/** Watches everything that happens in a history, and says which promise was broken. */
export class Promises {
  readonly broken: BrokenPromise[] = [];
  /** Changes of GLPI's side and the vault by keepers. */
  touched = 0;
  readonly vault: VaultFiles;
  /** Every key that a vault has acknowledged, as base64; lost is what is not in the vault any more. */
  readonly #acknowledged = new Set<string>();
  /** Every key that ever was in the key file, or could be read out of it. */
  readonly #everLive = new Map<string, Buffer>();
  /** Files that a keeper put in their place, with what it put there. */
  readonly #placed = new Map<Inode, { readonly path: string; readonly content: Buffer; readonly version: bigint }>();
  readonly #opener = new Opener();
  readonly #machine: Machine;
  readonly #glpi: SimulatedGlpi;
  readonly #database: SimulatedDatabase;
  readonly #tell: Teller;
  #holder: SimulatedProcess | null = null;
  #told = '';
  /** At some time GLPI could not open a value: from then on it may have emptied one itself. */
  #troubled = false;

  constructor(machine: Machine, glpi: SimulatedGlpi, database: SimulatedDatabase, tell: Teller) {
    this.#machine = machine;
    this.#glpi = glpi;
    this.#database = database;
    this.#tell = tell;
    this.vault = new VaultFiles(machine.disk);
    machine.disk.onNameChange = (change) => this.#seeNameChange(change);
    database.onCommit = (commit) => this.#seeCommit(commit);
  }

  break(promise: PromiseName, message: string): void {
    this.broken.push({ promise, message });
  }

  /** What lies in the key file goes on record, whoever wrote it, and that GLPI cannot open what it sealed. */
  noteLive(): void {
    this.#troubled ||= this.#openedByLive() < this.#sealed().length;
    const content = this.#machine.disk.look(KEY_PATH)?.content;
    if (content !== undefined) for (const key of keysWrittenIn(content)) this.#everLive.set(nameOf(key), key);
  }

  /** A vault has said that a generation is kept, and so all that it lists. */
  noteKept(): void {
    for (const key of this.vault.keys()) this.#acknowledged.add(nameOf(key));
  }

  checkVault(moment: string): void {
    const held = new Set(this.vault.keys().map(nameOf));
    for (const key of this.#acknowledged) {
      if (!held.has(key)) this.break('never-lose', `${moment}: a key that was kept is not in the vault: ${short(key)}`);
    }
  }

  /** After a power cut, what a keeper put in its place is there whole, or what was there before. */
  checkPlaced(): void {
    for (const [inode, { path, content, version }] of this.#placed) {
      if (this.#machine.disk.look(path) !== inode || inode.version !== version || inode.content.equals(content))
        continue;
      this.break('crash-safe', `the power was cut, and ${path} is neither old nor new`);
    }
  }

  /** GLPI was let in, on what was there when this keeper looked last. */
  checkGate(by: SimulatedProcess): void {
    if (this.#database.readAfter.get(by) !== this.#database.outsideChanges) return;
    const [best] = this.#strongest();
    if (best === undefined || this.#openedByLive() > 0) return;
    this.break(
      'gate',
      `opened with a key that opens none of ${this.#sealed().length} values; a kept one opens ${best.count}`,
    );
  }

  /** After everything has calmed down: the key that opens the most is live, where one of them does. */
  checkHealed(promise: 'heals' | 'level-triggered'): void {
    const [best, next] = this.#strongest();
    // Two keys that open as many: a person must choose.
    if (best === undefined || best.count === next?.count || this.#openedByLive() > 0) return;
    const live = this.#glpi.key === null ? 'is missing' : 'opens nothing';
    this.break(promise, `the live key ${live}; one in the vault opens ${best.count}`);
  }

  /**
   * The registration key is back where it was lost, under a key that opens everything. A key under which everything is
   * empty is unproven, and nothing is written under it (DESIGN section 3).
   */
  checkRegistration(): void {
    const row = this.#database.registration;
    if ((row !== undefined && row.value !== null) || this.#openedByLive() < this.#sealed().length) return;
    if (!this.#sealed().some((value) => this.#holdsSomething(value))) return;
    const known = this.vault.generations().findLast(({ registration }) => registration !== null)?.registration;
    if (known?.kind === 'kept') this.break('registration', 'its row is lost, the vault holds it, and it is not back');
  }

  /** Looks for secrets in what a pass tells. */
  checkTold({ findings, reports }: Reconciliation): void {
    const text = JSON.stringify([findings, reports]);
    if (text === this.#told) return;
    this.#told = text;
    this.#tell.told(text);
    const keys = [...this.#everLive.values()].flatMap((key) => [key.toString('base64'), key.toString('hex')]);
    const found = [PASSWORD, ...this.#glpi.typed, ...keys].find((secret) => text.includes(secret));
    if (found !== undefined) this.break('silent', `a secret is told: ${text.slice(0, 400)}`);
  }

  #seeNameChange({ path, by, before, after }: NameChange): void {
    if (!path.includes('.tmp')) this.#tell.change(`${by?.name ?? 'the world'} ${this.#described(path, after)}`);
    if (path === LEASE) this.#holder = after === null ? null : by;
    if (by === null) {
      this.noteLive();
      return;
    }
    if (!path.startsWith('/vault/')) this.#seeTouch(by, path, after);
    if (path === KEY_PATH && before !== after) this.#seeKeyReplaced(by, before, after);
    this.noteLive();
  }

  #seeTouch(by: SimulatedProcess, path: string, after: Inode | null): void {
    this.touched += 1;
    const inside = path.startsWith(`${CONFIG}/`);
    if (path !== CONFIG && !(inside && GUARDED.test(path.slice(CONFIG.length + 1)))) {
      this.break('minimal-touch', `${by.name} changed ${path}`);
    }
    if (!inside || after === null || path.endsWith('.tmp')) return;
    this.#placed.set(after, { path, content: after.content, version: after.version });
    if (by.kind === 'init') this.#mustBeAlone(by, `puts ${path}`);
  }

  #seeKeyReplaced(by: SimulatedProcess, before: Inode | null, after: Inode | null): void {
    if (after === null) this.break('never-worse', `${by.name} removed the key file`);
    const put = after?.content ?? Buffer.alloc(0);
    const kept = new Set(this.vault.keys().map(nameOf));
    const unknown = put.length === 32 && !this.#everLive.has(nameOf(put)) && !kept.has(nameOf(put));
    if (unknown && by.kind === 'rotate') {
      this.break('never-lose', `${by.name} made a new key live before it was in the vault`);
    } else if (unknown) this.break('never-generate', `${by.name} put a key there that nobody ever saw`);
    const old = before?.content;
    if (old === undefined || old.length === 0) return;
    this.#seeBytesReplaced(by, old, put, kept);
    if (old.length === 32 && by.kind !== 'rotate') this.#seeWorse(by, old);
  }

  #seeBytesReplaced(by: SimulatedProcess, old: Buffer, put: Buffer, kept: ReadonlySet<string>): void {
    if (this.vault.generations().some(({ key }) => key?.equals(old) === true)) return;
    const lost = keysWrittenIn(old).find((key) => !kept.has(nameOf(key)) && !key.equals(put));
    if (lost !== undefined) this.break('never-lose', `${by.name} replaced a key that is not in the vault`);
    // Bytes that are no key are kept too, except while the vault cannot be used.
    if (old.length === 32 || by.faulted) return;
    this.break('never-lose', `${by.name} replaced ${old.length} bytes in the key's place that are not in the vault`);
  }

  #seeWorse(by: SimulatedProcess, old: Buffer): void {
    const seen = this.#database.lastRead.get(by);
    const opens = seen === undefined ? 0 : seen.filter((value) => this.#opens(value, old)).length;
    if (opens > 0)
      this.break('never-worse', `${by.name} replaced a live key that opened ${opens} values when it last read them`);
    const { rotation } = this.#glpi;
    if (rotation !== null && this.#machine.clock.now - rotation.last < ROTATION_STALLED) {
      this.break('never-worse', `${by.name} replaced the key in the middle of a rotation`);
    }
  }

  #seeCommit({ by, changes }: Commit): void {
    this.touched += 1;
    this.#tell.change(`${by.name} writes ${changes.map(({ reference }) => placeOf(reference)).join(', ')}`);
    this.#mustBeAlone(by, 'writes rows');
    const live = this.#glpi.key;
    for (const { reference, from, to } of changes) {
      const before = this.#plaintext(from);
      const after = this.#plaintext(to);
      const row = placeOf(reference);
      if (before !== null && this.#glpi.typed.has(before.toString('utf8')) && after?.equals(before) !== true) {
        this.break('never-unreadable', `${by.name} changed what ${row} holds`);
      }
      if (by.kind !== 'rotate' && live !== null && this.#opens(from, live) && to !== null && !this.#opens(to, live)) {
        this.break('never-unreadable', `${by.name} sealed ${row} under another key than the live one`);
      }
      if (reference.name === REGISTRATION.name && from === '' && !this.#troubled) {
        this.break('registration', `${by.name} wrote a registration key that somebody had cleared on purpose`);
      }
    }
  }

  /** One keeper at a time changes GLPI's side; who was frozen, or could not use the vault, is told by its guards. */
  #mustBeAlone(by: SimulatedProcess, what: string): void {
    if (this.#holder === by || by.faulted || by.stalledUntil > 0) return;
    this.break('alone', `${by.name} ${what}, and ${this.#holder?.name ?? 'nobody'} holds the lease`);
  }

  #holdsSomething(value: string): boolean {
    const { key } = this.#glpi;
    return key !== null && (this.#opener.open(value, key)?.length ?? 0) > 0;
  }

  #opens(value: string | null, key: Buffer): boolean {
    return value !== null && value !== '' && this.#opener.open(value, key) !== null;
  }

  #plaintext(value: string | null): Buffer | null {
    if (value === null || value === '') return null;
    for (const key of [...this.#everLive.values(), ...this.vault.keys()]) {
      const opened = this.#opener.open(value, key);
      if (opened !== null) return opened;
    }
    return null;
  }

  /** The kept keys that open anything, and those that can be read out of the key file, the most first. */
  #strongest(): { readonly key: string; readonly count: number }[] {
    const written = keysWrittenIn(this.#machine.disk.look(KEY_PATH)?.content ?? Buffer.alloc(0)).map(nameOf);
    // One whose keeper died before it could tell anybody counts too: it lies there.
    const lying = this.vault.keys().map(nameOf);
    return [...new Set([...this.#acknowledged, ...lying, ...written])]
      .map((key) => ({ key, count: this.#opened(Buffer.from(key, 'base64')) }))
      .filter(({ count }) => count > 0)
      .sort((one, other) => other.count - one.count);
  }

  #openedByLive(): number {
    const { key } = this.#glpi;
    return key === null ? 0 : this.#opened(key);
  }

  #opened(key: Buffer): number {
    return this.#sealed().filter((value) => this.#opens(value, key)).length;
  }

  #sealed(): string[] {
    return this.#database.rows.flatMap(({ value }) => (value === null || value === '' ? [] : [value]));
  }

  #described(path: string, after: Inode | null): string {
    if (after === null) return `removes ${path}`;
    const kept = path.includes('/generations/') ? this.vault.read(after.content) : null;
    const key = path === KEY_PATH ? after.content : kept === null || kept === 'damaged' ? null : kept.key;
    return key === null ? `puts ${path}` : `puts ${path}: ${short(nameOf(key))}, ${key.length} bytes`;
  }
}

function nameOf(key: Buffer): string {
  return key.toString('base64');
}

function short(key: string): string {
  return hash('sha256', key, 'hex').slice(0, 8);
}
