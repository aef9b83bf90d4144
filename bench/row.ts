import type { Spread } from './spread.ts';

/** How two spreads are compared: `ratio` is ours over the peer's, `difference` ours less the peer's, `alone` ours. */
export type Comparison = 'ratio' | 'difference' | 'alone';

export interface Goal {
  readonly statistic: 'p50' | 'p99';
  readonly comparison: Comparison;
  /** The most that meets the goal; null where there is none. */
  readonly limit: number | null;
}

/** One thing that was measured, beside its peer where it has one. */
export interface Row {
  readonly what: string;
  readonly against: string | null;
  readonly unit: 'ms' | 'MiB' | 'MB' | '%';
  readonly ours: Spread;
  /** Null where there is no peer, or it could not be measured: see `note`. */
  readonly peer: Spread | null;
  readonly goals: readonly Goal[];
  readonly note?: string;
}

export interface Figure extends Goal {
  /** Null where the peer was not measured. */
  readonly value: number | null;
  /** Null where nothing can be said. */
  readonly met: boolean | null;
}

/** What came out of a row, one figure a goal. */
export function figuresOf({ ours, peer, goals }: Row): Figure[] {
  return goals.map((goal) => {
    const value = compare(ours[goal.statistic], peer?.[goal.statistic] ?? null, goal.comparison);
    return { ...goal, value, met: value === null || goal.limit === null ? null : value <= goal.limit };
  });
}

function compare(ours: number, peer: number | null, comparison: Comparison): number | null {
  if (comparison === 'alone') return ours;
  if (peer === null) return null;
  return comparison === 'ratio' ? ours / peer : ours - peer;
}
