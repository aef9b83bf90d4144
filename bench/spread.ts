/** What a set of samples looks like, in the samples' own unit. */
export interface Spread {
  readonly count: number;
  readonly least: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly most: number;
}

/** @throws RangeError without samples */
export function spreadOf(samples: readonly number[]): Spread {
  if (samples.length === 0) throw new RangeError('a spread needs samples');
  const sorted = samples.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { count: sorted.length, least: at(0), p50: at(0.5), p90: at(0.9), p99: at(0.99), most: at(1) };
}
