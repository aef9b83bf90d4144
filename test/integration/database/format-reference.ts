import type { ValueReference } from '../../../src/core/value.ts';

/** One line for one place, for comparing sets of them. */
export function formatReference(reference: { [Key in keyof ValueReference]: ValueReference[Key] | undefined }): string {
  const { table, column, id, context, name, jsonPath } = reference;
  return [table, column, id, context ?? '', name ?? '', jsonPath ?? ''].join(' ');
}
