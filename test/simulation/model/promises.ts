import { createHash } from 'node:crypto';
import type { NameChange } from '../disk/disk.ts';
import type { Inode } from '../disk/inode.ts';
import type { Machine } from '../machine/machine.ts';
import type { SimulatedProcess } from '../machine/process.ts';
import { type Commit, placeOf, type SimulatedDatabase } from './database.ts';
import { CONFIG, KEY_PATH, type SimulatedGlpi } from './glpi.ts';
import { Opener } from './glpi-cipher.ts';

/** A promise that did not hold. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
  /** `never-lose`, `never-worse`, `never-unreadable`, `gate`, `minimal-touch`, `idempotent`, `heals`, `no-defect` */
  readonly promise: string;

  constructor(promise: string, message: string) {
    super(message);
    this.promise = promise;
  }
}

const GUARDED =
  /^(?:glpicrypt\.key|config_db\.php|config_db_slave\.php|local_define\.php|glpi\.key|oauth\.pem|oauth\.pub|\.keykeeper-.*\.tmp)$/;
/** A rotation that changed nothing for this long, in ms, counts as dead: twice the settle time. */
const ROTATION_STALLED = 20_000;

/** Watches everything that happens in a history, and says which promise of DESIGN was broken. */
export class Promises {
  /** Every key that a vault has acknowledged, as base64; lost is what is not in the vault any more. */
  readonly acknowledged = new Set<string>();
  /** Every key that ever was in the key file. */
  readonly everLive = new Map<string, Buffer>();
  readonly broken: BrokenPromise[] = [];
  /** Changes of the config directory and the vault by keepers. */
  touched = 0;
  readonly #machine: Machine;
  readonly #glpi: SimulatedGlpi;
  readonly #database: SimulatedDatabase;
  readonly #opener = new Opener();
  /** What a generation's file says of the key, for bytes that were read before; null where they are no whole generation. */
  readonly #keyIn = new WeakMap<Buffer, string | null>();

  readonly #tell: (line: string) => void;

  /** @param tell takes what happens in between, for whoever wants to understand a history */
  constructor(machine: Machine, glpi: SimulatedGlpi, database: SimulatedDatabase, tell: (line: string) => void) {
    this.#tell = tell;
    this.#machine = machine;
    this.#glpi = glpi;
    this.#database = database;
    machine.disk.onNameChange = (change) => this.#seeNameChange(change);
    database.onCommit = (commit) => this.#seeCommit(commit);
  }

  /** What lies in the key file goes on record, whoever wrote it. */
  noteLive(): void {
    const { key } = this.#glpi;
    if (key !== null) this.everLive.set(key.toString('base64'), key);
  }

  /** A vault has said that a generation is kept, and so all that it lists. */
  seeKept(): void {
    for (const key of this.#keysOnDisk()) this.acknowledged.add(key);
  }

  /** Reads the vault's files as they lie on the disk, without the product's code. */
  checkVault(moment: string): void {
    const held = new Set(this.#keysOnDisk());
    for (const key of this.acknowledged) {
      if (!held.has(key)) this.break('never-lose', `${moment}: a key that was kept is not in the vault: ${short(key)}`);
    }
  }

  /** GLPI was let in, on what was there when this keeper read last. */
  checkGate(by: SimulatedProcess): void {
    const { key } = this.#glpi;
    if (this.#database.readAfter.get(by) !== this.#database.outsideChanges) return;
    const best = this.#best();
    if (best === null) return;
    const opened = key === null ? 0 : this.#opened(key);
    if (opened === 0) {
      this.break(
        'gate',
        `opened with a key that opens none of ${this.#sealed().length} values; a kept one opens ${best.count}`,
      );
    }
  }

  /** After everything has calmed down, and one more init has run: the key that opens the most is live. */
  checkHealed(): void {
    const { key } = this.#glpi;
    const best = this.#best();
    if (best === null) return;
    const opened = key === null ? 0 : this.#opened(key);
    if (opened === 0) {
      this.break(
        'heals',
        `the live key ${key === null ? 'is missing' : 'opens nothing'}; one in the vault opens ${best.count}`,
      );
    }
  }

  break(promise: string, message: string): void {
    this.broken.push(new BrokenPromise(promise, message));
  }

  #seeNameChange({ path, by, before, after }: NameChange): void {
    if (!path.includes('.tmp'))
      this.#tell(`${by?.name ?? 'the world'} ${after === null ? 'removes' : 'puts'} ${path}${of(path, after)}`);
    if (by === null) {
      this.noteLive();
      return;
    }
    if (!path.startsWith('/vault/')) this.touched += 1;
    if (!path.startsWith(`${CONFIG}/`) && path !== CONFIG && !path.startsWith('/vault/')) {
      this.break('minimal-touch', `${by.name} changed ${path}`);
    }
    if (path.startsWith(`${CONFIG}/`) && !GUARDED.test(path.slice(CONFIG.length + 1))) {
      this.break('minimal-touch', `${by.name} changed ${path}`);
    }
    if (path === KEY_PATH && before !== after) this.#seeKeyReplaced(by, before, after);
    this.noteLive();
  }

  #seeKeyReplaced(by: SimulatedProcess, before: Inode | null, after: Inode | null): void {
    if (after === null) this.break('never-worse', `${by.name} removed the key file`);
    const old = before?.content;
    if (old === undefined || old.length === 0) return;
    if (!this.#keysOnDisk(old.length).includes(old.toString('base64'))) {
      this.break('never-lose', `${by.name} replaced a key file whose bytes are not in the vault`);
    }
    if (old.length !== 32) return;
    const seen = this.#database.lastRead.get(by);
    const opens = seen === undefined ? 0 : [...seen.values()].filter((value) => this.#opens(value, old)).length;
    if (opens > 0)
      this.break('never-worse', `${by.name} replaced a live key that opened ${opens} values when it last read them`);
    const { rotation } = this.#glpi;
    if (rotation !== null && this.#machine.clock.now - rotation.last < ROTATION_STALLED) {
      this.break('never-worse', `${by.name} replaced the key in the middle of a rotation`);
    }
  }

  #seeCommit({ by, changes }: Commit): void {
    this.#tell(`${by.name} writes ${changes.map(({ reference }) => placeOf(reference)).join(', ')}`);
    const live = this.#glpi.key;
    for (const { reference, from, to } of changes) {
      const before = this.#plaintext(from);
      const after = to === null ? null : this.#plaintext(to);
      const row = placeOf(reference);
      if (before !== null && before.length > 0 && !isGarbled(before) && after?.equals(before) !== true) {
        this.break('never-unreadable', `${by.name} changed what ${row} holds`);
      }
      if (from !== null && live !== null && this.#opens(from, live) && to !== null && !this.#opens(to, live)) {
        this.break('never-unreadable', `${by.name} sealed ${row} under another key than the live one`);
      }
    }
  }

  #opens(value: string | null, key: Buffer): boolean {
    return value !== null && value !== '' && this.#opener.open(value, key) !== null;
  }

  #plaintext(value: string | null): Buffer | null {
    if (value === null || value === '') return null;
    for (const key of this.everLive.values()) {
      const opened = this.#opener.open(value, key);
      if (opened !== null) return opened;
    }
    return null;
  }

  /** The kept key that opens the most values; null where none opens any. */
  #best(): { readonly key: string; readonly count: number } | null {
    let best: { key: string; count: number } | null = null;
    for (const key of this.acknowledged) {
      const count = this.#opened(Buffer.from(key, 'base64'));
      if (count > 0 && count > (best?.count ?? 0)) best = { key, count };
    }
    return best;
  }

  #opened(key: Buffer): number {
    return this.#sealed().filter((value) => this.#opens(value, key)).length;
  }

  #sealed(): string[] {
    return this.#database.rows.flatMap(({ value }) => (value === null || value === '' ? [] : [value]));
  }

  /** Contents of the key file in every generation that is whole, as base64. */
  #keysOnDisk(length = 32): string[] {
    const folder = this.#machine.disk.look('/vault/glpi/generations');
    const found: string[] = [];
    for (const { content } of folder?.entries.values() ?? []) {
      let key = this.#keyIn.get(content);
      if (key === undefined) {
        key = keyOf(content);
        this.#keyIn.set(content, key);
      }
      if (key !== null && Buffer.byteLength(key, 'base64') === length) found.push(key);
    }
    return found;
  }
}

/** The key file in a generation's bytes, as base64; null where they are not whole, or hold none. */
function keyOf(content: Buffer): string | null {
  const text = content.toString('utf8');
  const at = text.lastIndexOf('  "sha256": "');
  const stated = text.slice(at + 13, at + 77);
  if (at < 0 || createHash('sha256').update(content.subarray(0, at)).digest('hex') !== stated) return null;
  return (JSON.parse(text) as { contents?: Record<string, string> }).contents?.['glpicrypt.key'] ?? null;
}

/** In these histories every plaintext that a person typed begins so. */
function isGarbled(plaintext: Buffer): boolean {
  return !plaintext.toString('utf8').startsWith('secret');
}

/** Which key lies there now. */
function of(path: string, after: Inode | null): string {
  if (after === null || after.kind === 'directory') return '';
  if (path === KEY_PATH)
    return `: ${after.content.length === 32 ? short(after.content.toString('base64')) : `${after.content.length} bytes`}`;
  const kept = path.includes('/generations/') ? keyOf(after.content) : null;
  return kept === null ? '' : `: ${short(kept)}`;
}

function short(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}
