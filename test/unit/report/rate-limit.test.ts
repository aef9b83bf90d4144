import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../src/report/http/rate-limit.ts';

describe('RateLimit', () => {
  it('lets through a burst, then as many a second as it says', () => {
    let now = 0;
    const limit = new RateLimit({ burst: 3, perSecond: 2 }, () => now);
    const askFor = (seconds: number) => {
      let passed = 0;
      for (const end = now + seconds * 1_000; now < end; now += 10) passed += Number(limit.take('client'));
      return passed;
    };

    expect(askFor(1)).toBe(3 + 1);
    expect(askFor(10)).toBe(20);
  });

  it('counts for each client by itself', () => {
    const limit = new RateLimit({ burst: 1, perSecond: 0 }, () => 0);

    expect([limit.take('one'), limit.take('one'), limit.take('other')]).toEqual([true, false, true]);
  });

  it('forgets who asked longest ago once there are very many, and them alone', () => {
    const limit = new RateLimit({ burst: 1, perSecond: 0 }, () => 0);
    for (let client = 0; client < 1_025; client += 1) limit.take(String(client));

    expect([limit.take('1024'), limit.take('0')]).toEqual([false, true]);
  });
});
