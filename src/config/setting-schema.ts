import * as z from 'zod/mini';
import { type DurationRange, parseDuration } from './duration.ts';
import { InvalidValue } from './invalid-value.ts';

/** A duration in this range, in ms. */
export function duration(range: DurationRange) {
  return text((value) => parseDuration(value, range));
}

/** One of these words. */
export function oneOf<const V extends string>(values: readonly V[]) {
  return z.enum(values);
}

/** A schema over a reader that throws {@link InvalidValue}. */
export function text<T>(read: (text: string) => T) {
  return z.pipe(
    z.string(),
    z.transform((value: string, context): T => {
      try {
        return read(value);
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        const { message, expected, instead } = error;
        context.issues.push({ code: 'custom', message, input: undefined, params: { expected, instead } });
        return z.NEVER;
      }
    }),
  );
}
