import type { Sha256 } from '../../core/brand.ts';
import { MARKER } from '../marker.ts';
import { RECORD_NAMES, type RecordName } from '../vault.ts';

/**
 * How much a chunk of escrow is worth, 0 the most: configuration, LDAP, mail, SNMP, then whatever else is no token of a
 * user, then those. It stands in the entry's name, for a chunk that is encrypted to somebody else cannot say it.
 */
export type Worth = 0 | 1 | 2 | 3 | 4 | 5;

/** What an entry of the Secret's `data` is, by its name. */
export type Entry =
  | { readonly kind: 'marker' }
  | { readonly kind: 'generation'; readonly number: number }
  | { readonly kind: 'chunk'; readonly worth: Worth; readonly name: Sha256 }
  | { readonly kind: 'record'; readonly name: RecordName }
  | { readonly kind: 'left-out' }
  | { readonly kind: 'stranger' };

/** The list of chunks for which there was no room. */
export const LEFT_OUT = 'left-out.json.gz';

export function generationEntry(number: number): string {
  return `generation-${String(number).padStart(6, '0')}.json.gz`;
}

export function chunkEntry(name: Sha256, worth: Worth): string {
  return `escrow-${worth}-${name}`;
}

export function recordEntry(name: RecordName): string {
  return `record-${name}.json.gz`;
}

export function entryOf(name: string): Entry {
  if (name === MARKER) return { kind: 'marker' };
  if (name === LEFT_OUT) return { kind: 'left-out' };
  const digits = /^generation-(\d{6,9})\.json\.gz$/.exec(name)?.[1];
  if (digits !== undefined) return { kind: 'generation', number: Number(digits) };
  const chunk = /^escrow-([0-5])-([0-9a-f]{64})$/.exec(name);
  if (chunk !== null) return { kind: 'chunk', worth: Number(chunk[1]) as Worth, name: chunk[2] as Sha256 };
  const record = RECORD_NAMES.find((each) => recordEntry(each) === name);
  return record === undefined ? { kind: 'stranger' } : { kind: 'record', name: record };
}

const WORTHS: Readonly<Record<string, Worth>> = {
  glpi_configs: 0,
  glpi_authldaps: 1,
  glpi_mailcollectors: 2,
  glpi_snmpcredentials: 3,
};

export function worthOf(table: string, column: string): Worth {
  const known = WORTHS[table];
  if (known !== undefined) return known;
  return table === 'glpi_users' || column.endsWith('_token') ? 5 : 4;
}
