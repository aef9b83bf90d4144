/** A figure at a place on the axis of a fit; `life` is the process that gave it. */
export interface Point {
  readonly life: number;
  readonly x: number;
  readonly y: number;
}

export interface Slope {
  /** Units of y for each unit of x. */
  readonly value: number;
  /** Standard error of it, in the same units. */
  readonly error: number;
  /** What the slope comes to over the longest life, in units of y. */
  readonly growth: number;
  readonly points: number;
}

/**
 * Least squares of one slope through the points of several lives, each of which has a height of its own: what a process
 * needs at its start is no growth. The error takes account of neighbours that resemble each other (a heap's figure is
 * high for a while, then low): as many points as are independent count, by their lag-1 correlation.
 *
 * @returns null with fewer than four points, or where x stands still
 */
export function fitSlope(points: readonly Point[]): Slope | null {
  const lives = [...Map.groupBy(points, ({ life }) => life).values()].filter((each) => each.length > 1);
  const centred = lives.map(centre);
  const all = centred.flat();
  const spread = sum(all, ({ x }) => x * x);
  const freedom = all.length - lives.length - 1;
  if (freedom < 1 || spread === 0) return null;
  const value = sum(all, ({ x, y }) => x * y) / spread;
  const rests = centred.map((life) => life.map(({ x, y }) => y - value * x));
  const remaining = sum(rests.flat(), (rest) => rest * rest);
  const error = Math.sqrt((remaining / freedom / spread) * resemblance(rests, remaining));
  const longest = Math.max(...lives.map((life) => extent(life.map(({ x }) => x))));
  return { value, error, growth: value * longest, points: all.length };
}

/** Leaves out the first points of each life, in which a process compiles, caches and settles. */
export function afterWarmUp(points: readonly Point[], share: number): Point[] {
  const lives = [...Map.groupBy(points, ({ life }) => life).values()];
  return lives.flatMap((life) => life.slice(Math.ceil(life.length * share)));
}

function centre(life: readonly Point[]): Point[] {
  const [x, y] = [sum(life, (each) => each.x) / life.length, sum(life, (each) => each.y) / life.length];
  return life.map((each) => ({ life: each.life, x: each.x - x, y: each.y - y }));
}

/** By how much the variance of the slope is larger than that of as many independent points: (1 + r) / (1 - r), r >= 0. */
function resemblance(rests: readonly (readonly number[])[], remaining: number): number {
  if (remaining === 0) return 1;
  const products = sum(rests, (life) => sum(life.slice(1), (rest, index) => rest * (life[index] ?? 0)));
  const correlation = Math.min(0.95, Math.max(0, products / remaining));
  return (1 + correlation) / (1 - correlation);
}

function extent(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

function sum<T>(values: readonly T[], of: (value: T, index: number) => number): number {
  return values.reduce((total, value, index) => total + of(value, index), 0);
}
