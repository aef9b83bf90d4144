import * as z from 'zod/mini';

/** The shape of a place of the database (core/value.ts) in a record; made where there is one to read. */
export function referenceSchema() {
  return z.object({
    table: z.string(),
    column: z.string(),
    id: z.int(),
    context: z.optional(z.string()),
    name: z.optional(z.string()),
    jsonPath: z.optional(z.string()),
  });
}
