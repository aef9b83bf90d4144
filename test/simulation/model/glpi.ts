import type { Disk } from '../disk/disk.ts';
import type { Inode } from '../disk/inode.ts';
import type { VirtualClock } from '../machine/clock.ts';
import type { Random } from '../machine/random.ts';
import { REGISTRATION, type Row, type SimulatedDatabase } from './database.ts';
import { garbleAsGlpi, openAsGlpi, sealAsGlpi } from './glpi-cipher.ts';

export const CONFIG = '/glpi/config';
export const KEY_PATH = `${CONFIG}/glpicrypt.key`;
export const SETTINGS_PATH = `${CONFIG}/config_db.php`;
/** Of the database, and a secret. */
export const PASSWORD = 'correcthorsebatterystaple';
const SETTINGS = `<?php
class DB extends DBmysql {
   public $dbhost = 'db';
   public $dbuser = 'glpi';
   public $dbpassword = '${PASSWORD}';
   public $dbdefault = 'glpi';
}
`;
/** GLPI's own pace is 6,000 rows a second; here a row takes this long, in ms, so that others come in between. */
const ROW_TIME = 40;

/** A GLPI as far as its key and its sealed values go, doing what was measured of 9.5, 10.0 and 11. */
export class SimulatedGlpi {
  readonly #disk: Disk;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #database: SimulatedDatabase;
  /** A `security:change_key` on its way, and when it changed something last. */
  rotation: { last: number } | null = null;
  /** Every secret that a person typed. */
  readonly typed = new Set<string>();

  constructor(parts: { disk: Disk; clock: VirtualClock; random: Random; database: SimulatedDatabase }) {
    this.#disk = parts.disk;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#database = parts.database;
  }

  get key(): Buffer | null {
    const content = this.#find(KEY_PATH)?.content;
    return content?.length === 32 ? content : null;
  }

  /** The entrypoint of the official image, at each start of its container. */
  start(): void {
    this.rotation = null;
    if (this.#find(CONFIG) === undefined) this.#disk.setName(CONFIG, this.#directory());
    if (this.#find(SETTINGS_PATH) !== undefined) return;
    // database:install on an installed database: settings and a new key, rows left.
    this.put(SETTINGS_PATH, Buffer.from(SETTINGS));
    this.put(KEY_PATH, this.#random.bytes(32));
    if (this.#database.rows.length === 0) this.#firstRows();
  }

  /** Somebody saves a form with a secret in it. */
  save(row: Row, plaintext: string): void {
    this.#database.outsideChanges += 1;
    this.typed.add(plaintext);
    const { key } = this;
    // Without a key GLPI stores nothing; with one of the wrong length as well.
    row.value = key === null ? '' : this.#seal(Buffer.from(plaintext), key);
  }

  /** A form is saved unchanged: what GLPI could not decrypt was shown empty, and is stored so. */
  saveUnchanged(row: Row): void {
    this.#database.outsideChanges += 1;
    const { key } = this;
    if (row.value === null || row.value === '') return;
    const opened = key === null ? null : openAsGlpi(row.value, key);
    if (key === null || opened === null) row.value = '';
    else row.value = this.#seal(opened, key);
  }

  /** An administrator enters a registration key, base64 of JSON with a signature. */
  register(signature: string): void {
    const key = Buffer.from(JSON.stringify({ signature })).toString('base64');
    const row: Row = this.#database.registration ?? { reference: REGISTRATION, value: null };
    if (this.#database.registration === undefined) this.#database.rows.push(row);
    this.save(row, key);
  }

  /** `security:change_key`: the file first, then row by row, reading the key anew for each. */
  rotate(): void {
    if (this.rotation !== null || this.#find(CONFIG) === undefined) return;
    const found = this.#find(KEY_PATH);
    // A wrong length: it fails, 9.5 after it has put the new key there.
    if (found !== undefined && this.key === null) return;
    const old = this.key;
    this.rotation = { last: this.#clock.now };
    const { rotation } = this;
    if (found !== undefined) this.#overwrite(found, Buffer.alloc(0));
    this.#clock.later(1, () => {
      if (this.rotation !== rotation) return;
      this.put(KEY_PATH, this.#random.bytes(32));
      this.#moveRows(old, 0, rotation);
    });
  }

  /** The rotation's process dies where it is. */
  killRotation(): void {
    this.rotation = null;
  }

  put(path: string, content: Buffer): void {
    const found = this.#find(path);
    if (found !== undefined) {
      this.#overwrite(found, content, path);
      return;
    }
    this.#database.outsideChanges += 1;
    const inode = this.#disk.newInode('file', 0o640);
    inode.uid = 33;
    inode.gid = 33;
    inode.content = content;
    this.#disk.setName(path, inode);
  }

  remove(path: string): void {
    this.#database.outsideChanges += 1;
    if (this.#find(path) !== undefined) this.#disk.setName(path, null);
  }

  /** In its place, as fopen(…, 'w') does. */
  #overwrite(found: Inode, content: Buffer, path = KEY_PATH): void {
    this.#database.outsideChanges += 1;
    found.content = content;
    found.touch(this.#disk.now(), true);
    this.#disk.announce(path);
  }

  #seal(plaintext: Buffer, key: Buffer): string {
    return sealAsGlpi(plaintext, key, this.#random.bytes(24));
  }

  /** @param old null: the key file was missing, and every value is run through the routine of before 9.5 */
  #moveRows(old: Buffer | null, index: number, rotation: NonNullable<SimulatedGlpi['rotation']>): void {
    if (this.rotation !== rotation) return;
    const row = this.#database.rows[index];
    if (row === undefined || !this.#database.up) {
      this.rotation = null;
      return;
    }
    rotation.last = this.#clock.now;
    this.#database.outsideChanges += 1;
    const { key } = this;
    if (row.value !== null && row.value !== '' && key !== null) {
      // What does not decrypt becomes a sealed '': the data is gone.
      const plaintext = old === null ? garbleAsGlpi(row.value, this.#database.version) : openAsGlpi(row.value, old);
      row.value = this.#seal(plaintext ?? Buffer.alloc(0), key);
    }
    this.#clock.later(ROW_TIME, () => this.#moveRows(old, index + 1, rotation));
  }

  #firstRows(): void {
    const { key } = this;
    if (key === null) return;
    const places = [
      ['glpi_authldaps', 'rootdn_passwd'],
      ['glpi_mailcollectors', 'passwd'],
      ['glpi_snmpcredentials', 'auth_passphrase'],
    ] as const;
    for (const [table, column] of places) {
      for (let id = 1; id <= 1 + this.#random.below(2); id += 1) {
        const row: Row = { reference: { table, column, id }, value: null };
        this.#database.rows.push(row);
        this.save(row, `secret ${table} ${id}`);
      }
    }
    if (this.#random.chance(70)) this.register('of the installation');
  }

  #directory(): Inode {
    const directory = this.#disk.newInode('directory', 0o750);
    directory.uid = 33;
    directory.gid = 33;
    return directory;
  }

  #find(path: string): Inode | undefined {
    return this.#disk.look(path);
  }
}
