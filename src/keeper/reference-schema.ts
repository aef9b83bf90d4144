import { integer, object, optional, text } from '../core/shape.ts';

/** The shape of a place of the database (core/value.ts) in a record; made where there is one to read. */
export function referenceSchema() {
  return object({
    table: text(),
    column: text(),
    id: integer(),
    context: optional(text()),
    name: optional(text()),
    jsonPath: optional(text()),
  });
}
