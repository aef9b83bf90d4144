import { readFileSync } from 'node:fs';

/** Content of a recorded file of `test/fixtures`. */
export function readFixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
}

/** A row that holds a sealed value, as recorded. */
export interface RecordedRow {
  table: string;
  column: string;
  id: number;
  context?: string;
  name?: string;
  json_path?: string;
  value: string;
  plaintext_base64?: string;
  opens_with_key_before?: boolean;
  opens_with_key_after?: boolean;
}

/** An accident that befell a real GLPI. */
export interface Recording {
  glpi_version: string;
  event: string;
  key_before_hex: string;
  key_after_hex: string | null;
  rows_before: RecordedRow[];
  rows_after: RecordedRow[];
}

export function readRecordings(): Recording[] {
  return JSON.parse(readFixture('accidents.json'));
}

/** Tells rows of one recording apart, and finds one again after the event. */
export function placeOf(row: RecordedRow): string {
  return [row.table, row.column, row.id, row.json_path ?? ''].join(' ');
}
