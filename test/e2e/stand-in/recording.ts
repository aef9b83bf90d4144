import { readFileSync } from 'node:fs';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { StandInVersion } from '../../stand-in/glpi/image.ts';

/** One value of the database, as recorded on the real GLPI. */
export interface RecordedRow {
  readonly table: string;
  readonly column: string;
  readonly id: number;
  readonly value: string;
  readonly context?: string;
  readonly name?: string;
  readonly json_path?: string;
  /** The whole column where `value` is a part of it. */
  readonly raw?: string;
}

/** One accident of `test/fixtures/accidents.json`. */
export interface Recording {
  readonly glpi_version: StandInVersion;
  readonly event: RecordedEvent;
  /** Negative for a signal. */
  readonly exit_code: number;
  readonly key_before_hex: string;
  readonly key_after_hex: string | null;
  readonly rows_before: readonly RecordedRow[];
  readonly rows_after: readonly RecordedRow[];
  readonly config_files_after: readonly string[];
}

export type RecordedEvent =
  | 'rotated'
  | 'change_key_while_missing'
  | 'change_key_while_wrong'
  | 'auto_install_on_lost_volume'
  | 'auto_install_with_key_restored_alone'
  | 'saved_while_missing'
  | 'saved_while_wrong'
  | 'change_key_killed';

/** What became of one value: what it opens to, in base64, under the key before and under the key after. */
export interface Fate {
  readonly unchanged: boolean;
  readonly empty: boolean;
  readonly underKeyBefore: string | null;
  /** '' for a sealed empty string; garbled bytes are compared like any other plaintext. */
  readonly underKeyAfter: string | null;
}

export interface Outcome {
  readonly exitCode: number;
  readonly key: 'absent' | 'kept' | 'other';
  readonly files: readonly string[];
  readonly rows: Readonly<Record<string, Fate>>;
}

const FIXTURE = new URL('../../fixtures/accidents.json', import.meta.url);
const NONCE_BYTES = 24;

export function readRecordings(): Recording[] {
  return JSON.parse(readFileSync(FIXTURE, 'utf8'));
}

/** Table, column, id and JSON path of a value, as one word. */
export function referenceOf(row: RecordedRow): string {
  return [row.table, row.column, row.id, row.json_path ?? ''].join(' ');
}

/**
 * Describes what an event did, so that two runs of it under different random keys and nonces compare as equal.
 *
 * @param before the values before the event
 */
export function outcomeOf(
  exitCode: number,
  keys: { readonly before: Buffer; readonly after: Buffer | null },
  files: readonly string[],
  before: readonly RecordedRow[],
  after: readonly RecordedRow[],
): Outcome {
  const valuesBefore = new Map(before.map((row) => [referenceOf(row), row.value]));
  const rows = after.map((row) => {
    const { value } = row;
    const fate: Fate = {
      unchanged: valuesBefore.get(referenceOf(row)) === value,
      empty: value === '',
      underKeyBefore: opened(value, keys.before),
      underKeyAfter: keys.after === null ? null : opened(value, keys.after),
    };
    return [referenceOf(row), fate] as const;
  });
  const key = keys.after === null ? 'absent' : keys.after.equals(keys.before) ? 'kept' : 'other';
  return { exitCode, key, files: [...files].sort(), rows: Object.fromEntries(rows) };
}

/** Seals as GLPI does, with a given nonce. */
export function sealed(plaintext: Buffer, key: Buffer, nonce: Buffer): string {
  const ciphertext = xchacha20poly1305(key, nonce, nonce).encrypt(plaintext);
  return Buffer.concat([nonce, ciphertext]).toString('base64');
}

/** @returns the plaintext in base64, or null where the value does not open */
export function opened(value: string, key: Buffer): string | null {
  const bytes = Buffer.from(value, 'base64');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  if (bytes.length <= NONCE_BYTES) return null;
  try {
    return Buffer.from(xchacha20poly1305(key, nonce, nonce).decrypt(bytes.subarray(NONCE_BYTES))).toString('base64');
  } catch {
    return null;
  }
}
