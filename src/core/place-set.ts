import type { ValueReference } from './value.ts';

/** The places of many values, by table and column a set of numbers each. What names a place is as in reference-key.ts. */
export class PlaceSet {
  readonly #columns = new Map<string, Map<string, Set<number>>>();
  #last: { readonly table: string; readonly column: string; readonly ids: Set<number> } | null = null;

  add(reference: ValueReference): void {
    this.#idsOf(reference).add(reference.id);
  }

  has(reference: ValueReference): boolean {
    return this.#idsOf(reference).has(reference.id);
  }

  #idsOf({ table, column, jsonPath }: ValueReference): Set<number> {
    const member = jsonPath === undefined ? column : `${column}\0${jsonPath}`;
    // Mostly the same as the time before.
    if (this.#last?.table === table && this.#last.column === member) return this.#last.ids;
    const columns = this.#columns.get(table) ?? new Map<string, Set<number>>();
    const ids = columns.get(member) ?? new Set<number>();
    this.#columns.set(table, columns.set(member, ids));
    this.#last = { table, column: member, ids };
    return ids;
  }
}

/** The places of all that are given. */
export function placesOf(values: Iterable<{ readonly reference: ValueReference }>): PlaceSet {
  const places = new PlaceSet();
  for (const { reference } of values) places.add(reference);
  return places;
}

/** Whether two references name one place. */
export function isSamePlace(one: ValueReference, other: ValueReference): boolean {
  return (
    one.id === other.id && one.column === other.column && one.table === other.table && one.jsonPath === other.jsonPath
  );
}
