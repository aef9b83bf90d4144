import { describe, expect, it } from 'vitest';
import { LoopPulse } from '../../../src/keeper/loop-pulse.ts';

const SETTINGS = { interval: 60_000, databaseWait: 120_000, settle: 10_000 };
const MINUTE = 60_000;

function pulseAt(start: number) {
  const clock = { now: start };
  return { clock, pulse: new LoopPulse(SETTINGS, () => clock.now) };
}

describe('the pulse of a loop', () => {
  it('is there while it waits for its timer', () => {
    const { clock, pulse } = pulseAt(5);
    pulse.passBegins();
    pulse.passEnds();

    clock.now += SETTINGS.interval + 1_000;

    expect(pulse.stalledFor()).toBeNull();
  });

  it('is there in a pass that waits for a database and for rows to hold still', () => {
    const { clock, pulse } = pulseAt(5);
    pulse.passBegins();

    clock.now += SETTINGS.databaseWait + 2 * SETTINGS.settle + 10 * MINUTE;

    expect(pulse.stalledFor()).toBeNull();
  });

  it('is gone where the timer does not come', () => {
    const { clock, pulse } = pulseAt(5);
    pulse.passBegins();
    pulse.passEnds();

    clock.now += 5 * MINUTE;

    expect(pulse.stalledFor()).toBe(5 * MINUTE);
  });

  it('is gone where a pass does not end, and back when it does', () => {
    const { clock, pulse } = pulseAt(5);
    pulse.passBegins();
    clock.now += 60 * MINUTE;

    const stalled = pulse.stalledFor();
    pulse.passEnds();

    expect(stalled).toBe(60 * MINUTE);
    expect(pulse.stalledFor()).toBeNull();
  });
});
