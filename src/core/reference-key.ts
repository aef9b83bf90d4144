import type { ValueReference } from './value.ts';

/** Names the place of a value as a map's key: context and name say nothing that table, column and id do not. */
export function referenceKey({ table, column, id, jsonPath }: ValueReference): string {
  return `${table}\0${column}\0${id}\0${jsonPath ?? ''}`;
}
