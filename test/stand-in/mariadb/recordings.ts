import { readFileSync } from 'node:fs';
import type { Connection } from 'mysql2/promise';
import type { GlpiVersion } from './load-glpi-tables.ts';

/** A sealed value as it stood in the database of a real GLPI. */
export interface RecordedRow {
  readonly table: string;
  readonly column: string;
  readonly id: number;
  readonly value: string;
  readonly context?: string;
  readonly name?: string;
  /** With `raw`: the cell is JSON, and `value` one member of it. */
  readonly json_path?: '$.secret';
  readonly raw?: string;
  readonly plaintext_base64?: string;
  readonly opens_with_key_before?: boolean;
  readonly opens_with_key_after?: boolean;
}

/** What an event did to keys, rows and files of a real GLPI (test/fixtures/accidents.json). */
export interface Recording {
  readonly glpi_version: GlpiVersion;
  readonly event: string;
  readonly exit_code: number;
  readonly key_before_hex: string | null;
  readonly key_after_hex: string | null;
  readonly rows_before: readonly RecordedRow[];
  readonly rows_after: readonly RecordedRow[];
  readonly config_files_after: readonly string[];
}

export function readRecordings(): readonly Recording[] {
  return JSON.parse(readFileSync(new URL('../../fixtures/accidents.json', import.meta.url), 'utf8'));
}

export function recordedRows(recording: Recording, moment: 'before' | 'after'): readonly RecordedRow[] {
  return moment === 'before' ? recording.rows_before : recording.rows_after;
}

/**
 * Puts the sealed rows of a recording into the tables of its version (see load-glpi-tables.ts), under their own ids.
 * Rows that are there already keep their other columns.
 */
export async function loadRecording(
  connection: Connection,
  recording: Recording,
  moment: 'before' | 'after',
): Promise<void> {
  for (const { table, column, id, context, name, value, raw } of recordedRows(recording, moment)) {
    const row = { id, ...(context === undefined ? {} : { context, name }), [column]: raw ?? value };
    await connection.query('INSERT INTO ?? SET ? ON DUPLICATE KEY UPDATE ?? = VALUES(??)', [
      table,
      row,
      column,
      column,
    ]);
  }
}
