import { describe, expect, it } from 'vitest';
import { Random } from '../../simulation/machine/random.ts';
import { judge, type Measure, type Sample } from '../../soak/measure.ts';
import { afterWarmUp, fitSlope, type Point } from '../../soak/slope.ts';

const lineOf = (life: number, height: number, slope: number, noise: (index: number) => number = () => 0): Point[] =>
  Array.from({ length: 20 }, (_, x) => ({ life, x, y: height + slope * x + noise(x) }));

describe('the slope through the points of several lives', () => {
  it('is theirs, however high each of them begins', () => {
    const slope = fitSlope([...lineOf(1, 100, 3), ...lineOf(2, -50, 3)]);

    expect(slope?.value).toBeCloseTo(3);
    expect(slope?.growth).toBeCloseTo(57);
  });

  it('is none where only the height changes from one life to the next', () => {
    const slope = fitSlope([...lineOf(1, 0, 0), ...lineOf(2, 1_000, 0)]);

    expect(slope?.value).toBeCloseTo(0);
  });

  it('has the textbook standard error where neighbours are independent', () => {
    // x 0..4, y 1 3 2 5 4: slope 0.8, residual variance 3.6 / 3, spread 10.
    const points = [1, 3, 2, 5, 4].map((y, x) => ({ life: 1, x, y }));

    const slope = fitSlope(points);

    expect(slope?.value).toBeCloseTo(0.8);
    expect(slope?.error).toBeCloseTo(Math.sqrt(0.12));
  });

  it('is less certain where neighbours resemble each other', () => {
    const waves = fitSlope(lineOf(1, 0, 0, (x) => Math.sin(x / 3)));
    const shuffled = fitSlope(lineOf(1, 0, 0, (x) => Math.sin(((x * 7) % 20) / 3)));

    expect(waves?.error).toBeGreaterThan(1.5 * (shuffled?.error ?? Number.POSITIVE_INFINITY));
  });

  it('is not told from fewer points than say anything', () => {
    expect(fitSlope(lineOf(1, 0, 1).slice(0, 2))).toBeNull();
    expect(fitSlope([1, 2, 3].map((life) => ({ life, x: life, y: life })))).toBeNull();
  });

  it('leaves out how each life begins', () => {
    const left = afterWarmUp([...lineOf(1, 0, 0), ...lineOf(2, 0, 0)], 0.25);

    expect(left.map(({ life, x }) => [life, x])).toEqual(
      [1, 2].flatMap((life) => Array.from({ length: 15 }, (_, index) => [life, index + 5])),
    );
  });
});

describe('a figure that has to stay flat', () => {
  const measure: Measure = { name: 'descriptors', unit: '', of: (each) => each.descriptors, bound: 1, noise: 10 };

  it.each([
    ['grows by less than its bound', 0.5, 0, true],
    ['grows by more than its bound', 2, 0, false],
    ['only swings', 0, 60, true],
    ['grows, and swings a little', 5, 10, false],
  ])('%s', (_, slope, swing, flat) => {
    const random = new Random(7);
    const samples = Array.from({ length: 80 }, (_each, index) =>
      sampleOf(index, 100 + slope * index + (random.below(1_000) / 1_000 - 0.5) * swing),
    );

    expect(judge(measure, samples).flat).toBe(flat);
  });

  it('may grow to what one process varies by', () => {
    const samples = Array.from({ length: 8 }, (_, index) => sampleOf(index / 4, 100 + index));

    expect(judge(measure, samples)).toMatchObject({ flat: true, byEvents: { value: 4 } });
  });
});

/** @param thousands of events so far */
function sampleOf(thousands: number, descriptors: number): Sample {
  const figures = { resident: 0, heap: 0, external: 0, resources: 0, timers: 0, listeners: 0 };
  return { ...figures, life: 1, events: thousands * 1_000, hours: thousands / 10, descriptors };
}
