import { InvalidValue } from './invalid-value.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export interface DurationRange {
  /** In ms. */
  readonly least: number;
  /** In ms. */
  readonly most: number;
}

/**
 * Reads `500ms`, `30s`, `2m`, `6h` or `1d`: one whole number and one unit.
 *
 * @returns milliseconds
 * @throws InvalidValue when it is none, or out of range
 */
export function parseDuration(text: string, { least, most }: DurationRange): number {
  const expected = `a duration from ${formatDuration(least)} to ${formatDuration(most)}, such as 500ms, 30s, 2m, 6h or 1d`;
  const match = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text);
  if (match === null) {
    const bare = /^\d{1,12}$/.test(text);
    throw new InvalidValue(bare ? 'has no unit' : 'is not a duration', expected, bare ? `${text}s` : undefined);
  }
  const [, digits = '', unit = ''] = match;
  const duration = Number(digits) * (UNITS[unit] ?? Number.NaN);
  if (duration < least) throw new InvalidValue('is too short', expected);
  if (duration > most) throw new InvalidValue('is too long', expected);
  return duration;
}

/**
 * Writes a duration as {@link parseDuration} reads it, in the largest unit that divides it.
 *
 * @param duration in ms, a whole number
 */
export function formatDuration(duration: number): string {
  if (duration === 0) return '0s';
  for (const unit of ['d', 'h', 'm', 's']) {
    const size = UNITS[unit] ?? Number.NaN;
    if (duration % size === 0) return `${duration / size}${unit}`;
  }
  return `${duration}ms`;
}
