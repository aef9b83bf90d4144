import fc from 'fast-check';

/** One change of a text or file; places are fractions of its length, so that any of them fits any input. */
type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'truncate'; readonly at: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number; readonly times: number }
  | { readonly kind: 'move'; readonly at: number; readonly length: number; readonly to: number };

const fraction = fc.double({ min: 0, max: 1, noNaN: true });

/**
 * Inputs that begin as a valid one and are then damaged: what comes near to being right reaches deeper into a parser than
 * noise. One in ten is noise all the same.
 *
 * @param seeds valid inputs @param tokens pieces that mean something to the parser
 */
export function damagedInputs(seeds: readonly Buffer[], tokens: readonly string[]): fc.Arbitrary<Buffer> {
  const mutation: fc.Arbitrary<Mutation> = fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), at: fraction, bit: fc.nat(7) }),
    fc.record({ kind: fc.constant('cut' as const), at: fraction, length: fc.nat(64) }),
    fc.record({ kind: fc.constant('truncate' as const), at: fraction }),
    fc.record({ kind: fc.constant('insert' as const), at: fraction, bytes: inserted(tokens) }),
    fc.record({ kind: fc.constant('repeat' as const), at: fraction, length: fc.nat(32), times: fc.nat(2000) }),
    fc.record({ kind: fc.constant('move' as const), at: fraction, length: fc.nat(64), to: fraction }),
  );
  const near = fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([seed, mutations]) => mutations.reduce(mutate, seed));
  const noise = fc.uint8Array({ maxLength: 4096 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof({ weight: 9, arbitrary: near }, { weight: 1, arbitrary: noise });
}

function inserted(tokens: readonly string[]): fc.Arbitrary<Uint8Array> {
  const words = [...tokens, '\0', '\uFFFD', '"', "'", '\\', '[', '{', '9'.repeat(400), '-1', 'null', '__proto__'];
  return fc.oneof(
    fc.constantFrom(...words).map((word) => Buffer.from(word)),
    fc.uint8Array({ minLength: 1, maxLength: 16 }),
  );
}

function mutate(input: Buffer, mutation: Mutation): Buffer {
  const at = Math.floor(mutation.at * input.length);
  const [before, after] = [input.subarray(0, at), input.subarray(at)];
  switch (mutation.kind) {
    case 'flip': {
      const flipped = Buffer.from(input);
      if (at < input.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << mutation.bit);
      return flipped;
    }
    case 'cut':
      return Buffer.concat([before, after.subarray(mutation.length)]);
    case 'truncate':
      return before;
    case 'insert':
      return Buffer.concat([before, mutation.bytes, after]);
    case 'repeat': {
      const part = after.subarray(0, mutation.length);
      return Buffer.concat([before, ...Array.from({ length: mutation.times }, () => part), after]);
    }
    case 'move': {
      const part = after.subarray(0, mutation.length);
      const rest = Buffer.concat([before, after.subarray(mutation.length)]);
      const to = Math.floor(mutation.to * rest.length);
      return Buffer.concat([rest.subarray(0, to), part, rest.subarray(to)]);
    }
  }
}
