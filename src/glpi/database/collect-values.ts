import { createHash } from 'node:crypto';
import { sha256 } from '../../core/brand.ts';
import type { StoredValue } from '../../core/value.ts';
import { hasSealedShape } from '../sealed-value.ts';
import type { SecuredField } from '../secured-fields.ts';
import type { ValuesRead } from './database.ts';
import { readMember } from './json-member.ts';
import type { Cell } from './session.ts';

/** Gathers cells as values, with a running digest over them. */
export interface Collection {
  /** Takes a cell unless it holds no value. `row` names a row of `glpi_configs`. */
  add(field: SecuredField, id: number, cell: Cell, row?: { readonly context: string; readonly name: string }): void;
  /** Takes what another collection finished with, or a reading before. */
  take(other: { readonly values: readonly StoredValue[]; readonly digest: string }): void;
  finish(): Pick<ValuesRead, 'values' | 'digest'>;
}

export function collectValues(): Collection {
  const values: StoredValue[] = [];
  const hash = createHash('sha256');
  return {
    add(field, id, cell, row) {
      const value = valueIn(field, cell);
      if (value === null) return;
      const { table, column, jsonPath } = field;
      const reference = { table, column, id, ...row, ...(jsonPath === undefined ? {} : { jsonPath }) };
      values.push({ reference, class: field.class, sealedColumn: field.sealedHere, value });
      const place = [table, column, id, row?.context ?? '', row?.name ?? '', jsonPath ?? '', value.length];
      hash.update(`${place.join('\0')}\0${value}`);
    },
    take(other) {
      for (const value of other.values) values.push(value);
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
