import {
  dictionary,
  either,
  integer,
  list,
  looseObject,
  nullable,
  oneOf,
  optional,
  type Shaped,
  text,
  time,
} from '../core/shape.ts';

const hex64 = text({ pattern: /^[0-9a-f]{64}$/ });
const hex16 = text({ pattern: /^[0-9a-f]{16}$/ });
const id32 = integer(0, 0xfffffffe);
const count = integer(0);

/** What every generation file says, in this format and in all later ones. */
export const headShape = looseObject({
  keykeeper: oneOf('generation'),
  format: integer(1),
  readableFrom: optional(text()),
});

/**
 * A generation file of format 1. Members that are not listed are tolerated and ignored: a later release may add some
 * without changing the format.
 */
export const generationShape = looseObject({
  id: hex64,
  number: integer(1),
  instance: text(),
  createdAt: time(),
  reason: text(),
  verdict: text(),
  fingerprint: nullable(hex16),
  proof: nullable(looseObject({ tested: count, opened: count, real: count, at: time() })),
  database: nullable(
    looseObject({
      address: text(),
      schema: text(),
      instanceUuid: nullable(text()),
      glpiNetworkUuid: nullable(text()),
    }),
  ),
  glpiVersion: nullable(text()),
  files: list(
    looseObject({
      name: text(),
      mode: text({ pattern: /^0[0-7]{3,4}$/ }),
      uid: id32,
      gid: id32,
      size: count,
      sha256: optional(hex64),
    }),
  ),
  removed: list(text()),
  registration: either(
    looseObject({ kind: oneOf('unknown') }),
    looseObject({ kind: oneOf('cleared') }),
    looseObject({ kind: oneOf('kept'), fingerprint: hex16 }),
  ),
  accepted: list(hex64),
  escrow: looseObject({ count, digest: nullable(hex64), chunks: list(hex64) }),
  contentsSha256: optional(hex64),
  contents: optional(dictionary(text())),
  sealed: optional(text()),
});

/** The clear text inside `sealed`. */
export const contentsShape = dictionary(text());

export type GenerationShape = Shaped<typeof generationShape>;
