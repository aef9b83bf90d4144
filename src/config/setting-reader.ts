import { type DurationRange, parseDuration } from './duration.ts';
import { InvalidValue } from './invalid-value.ts';
import { nearestName } from './nearest-name.ts';

/** Makes a setting of its text. @throws InvalidValue */
export interface Reader<T> {
  (text: string): T;
  /** Where it is a choice of words: these. */
  readonly words?: readonly string[];
}

/** Text of any form. */
export function asItIs(text: string): string {
  return text;
}

/** A duration in this range, in ms. */
export function duration(range: DurationRange): Reader<number> {
  return (text) => parseDuration(text, range);
}

/** One of these words. */
export function oneOf<const V extends string>(words: readonly V[]): Reader<V> {
  const read = (text: string): V => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    const instead = nearestName(text, words) ?? undefined;
    throw new InvalidValue('is none of the values it can have', `one of ${words.join(', ')}`, instead);
  };
  return Object.assign(read, { words });
}
