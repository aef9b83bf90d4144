import { describe, expect, it } from 'vitest';
import { simulatedNetwork } from './simulated-network.ts';
import { liveThroughAYear } from './simulated-year.ts';

const TWO_DAYS = 2 * 24 * 3_600_000;

describe('a year of days', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'brings a question a day at most, one for each change and one after each outage, and no two days without (seed %i)',
    async (seed) => {
      const year = await liveThroughAYear(seed, simulatedNetwork());

      expect(year.requests).toBeLessThanOrEqual(year.days + year.changes + year.outages);
      expect(year.refreshes).toBeLessThanOrEqual(year.changes + year.outages + year.newAnswers + year.killed);
      expect(year.longestSilence).toBeLessThanOrEqual(TWO_DAYS);
    },
  );

  it('in which nothing happens brings one question a day, no probe, and leaves GLPI alone', async () => {
    const year = await liveThroughAYear(1, simulatedNetwork(), { eventful: false });

    expect(year).toMatchObject({ requests: 365, probes: 0, refreshes: 0 });
  });
});
