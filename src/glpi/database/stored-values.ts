import { MadeSequence } from '../../core/sequence.ts';
import type { StoredValue, ValueReference } from '../../core/value.ts';
import type { SecuredField } from '../secured-fields.ts';

/** A row of `glpi_configs`. */
export interface ConfigRow {
  readonly context: string;
  readonly name: string;
}

/** Values as they were read: a field, a number and a text each, and nothing more until one is asked for. */
export class StoredValues extends MadeSequence<StoredValue> {
  readonly #fields: SecuredField[] = [];
  readonly #ids: number[] = [];
  readonly #texts: string[] = [];
  readonly #rows = new Map<number, ConfigRow>();

  get length(): number {
    return this.#texts.length;
  }

  add(field: SecuredField, id: number, value: string, row?: ConfigRow): void {
    if (row !== undefined) this.#rows.set(this.#texts.length, row);
    this.#fields.push(field);
    this.#ids.push(id);
    this.#texts.push(value);
  }

  /** All of another reading. Its texts are held once. */
  append(other: StoredValues): void {
    for (const [index, text] of other.#texts.entries()) {
      this.add(other.#fields[index] as SecuredField, other.#ids[index] as number, text, other.#rows.get(index));
    }
  }

  protected make(index: number): StoredValue {
    const field = this.#fields[index] as SecuredField;
    const { table, column, jsonPath } = field;
    const reference: ValueReference = {
      ...{ table, column, id: this.#ids[index] as number, ...this.#rows.get(index) },
      ...(jsonPath === undefined ? {} : { jsonPath }),
    };
    return { reference, class: field.class, sealedColumn: field.sealedHere, value: this.#texts[index] as string };
  }
}
