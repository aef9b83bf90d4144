import { createHash } from 'node:crypto';
import { sha256 } from '../../core/brand.ts';
import { hasSealedShape } from '../sealed-value.ts';
import type { SecuredField } from '../secured-fields.ts';
import type { ValuesRead } from './database.ts';
import { readMember } from './json-member.ts';
import type { Cell } from './session.ts';
import { type ConfigRow, StoredValues } from './stored-values.ts';

/** What was read, with its digest. */
export interface TableReading extends Pick<ValuesRead, 'digest'> {
  readonly values: StoredValues;
}

/** Gathers cells as values, with a running digest over them. */
export interface Collection {
  /** Takes a cell unless it holds no value. `row` names a row of `glpi_configs`. */
  add(field: SecuredField, id: number, cell: Cell, row?: ConfigRow): void;
  /** Takes what another collection finished with, or a reading before. */
  take(other: TableReading): void;
  finish(): TableReading;
}

export function collectValues(): Collection {
  const values = new StoredValues();
  const hash = createHash('sha256');
  return {
    add(field, id, cell, row) {
      const value = valueIn(field, cell);
      if (value === null) return;
      const { table, column, jsonPath } = field;
      values.add(field, id, value, row);
      const place = [table, column, id, row?.context ?? '', row?.name ?? '', jsonPath ?? '', value.length];
      hash.update(`${place.join('\0')}\0${value}`);
    },
    take(other) {
      values.append(other.values);
      hash.update(`\0${other.digest}`);
    },
    finish: () => ({ values, digest: sha256(hash.digest('hex')) }),
  };
}

/** '' and '0' mean "none" to GLPI, which stores both unsealed. */
function valueIn(field: SecuredField, cell: Cell): string | null {
  if (cell === null) return null;
  const text = String(cell);
  const value = field.jsonPath === undefined ? text : readMember(text, field.jsonPath);
  if (value === null || value === '' || value === '0') return null;
  return field.shapedOnly === true && !hasSealedShape(value) ? null : value;
}
