import * as z from 'zod/mini';

const hex64 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const hex16 = z.string().check(z.regex(/^[0-9a-f]{16}$/));
const id32 = z.int().check(z.minimum(0), z.maximum(0xfffffffe));
const count = z.int().check(z.minimum(0));
const time = z.iso.datetime();

/** What every generation file says, in this format and in all later ones. */
export const headShape = z.looseObject({
  keykeeper: z.literal('generation'),
  format: z.int().check(z.minimum(1)),
  readableFrom: z.optional(z.string()),
});

/**
 * A generation file of format 1. Members that are not listed are tolerated and ignored: a later release may add some
 * without changing the format.
 */
export const generationShape = z.looseObject({
  id: hex64,
  number: z.int().check(z.minimum(1)),
  instance: z.string(),
  createdAt: time,
  reason: z.string(),
  verdict: z.string(),
  fingerprint: z.nullable(hex16),
  proof: z.nullable(z.looseObject({ tested: count, opened: count, real: count, at: time })),
  database: z.nullable(
    z.looseObject({
      address: z.string(),
      schema: z.string(),
      instanceUuid: z.nullable(z.string()),
      glpiNetworkUuid: z.nullable(z.string()),
    }),
  ),
  glpiVersion: z.nullable(z.string()),
  files: z.array(
    z.looseObject({
      name: z.string(),
      mode: z.string().check(z.regex(/^0[0-7]{3,4}$/)),
      uid: id32,
      gid: id32,
      size: count,
      sha256: z.optional(hex64),
    }),
  ),
  removed: z.array(z.string()),
  registration: z.union([
    z.looseObject({ kind: z.literal('unknown') }),
    z.looseObject({ kind: z.literal('cleared') }),
    z.looseObject({ kind: z.literal('kept'), fingerprint: hex16 }),
  ]),
  accepted: z.array(hex64),
  escrow: z.looseObject({ count, digest: z.nullable(hex64), chunks: z.array(hex64) }),
  contentsSha256: z.optional(hex64),
  contents: z.optional(z.record(z.string(), z.string())),
  sealed: z.optional(z.string()),
});

/** The clear text inside `sealed`. */
export const contentsShape = z.record(z.string(), z.string());

export type GenerationShape = z.infer<typeof generationShape>;
