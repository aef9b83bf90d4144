import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { soakText } from '../../soak/print-soak.ts';
import { runSoak } from '../../soak/run-soak.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';

/** `npm run soak -- --hours N` does more. */
const EVENTS = 1_500;
/** For a machine on which they take longer. */
const MINUTES = 2;

describe.skipIf(!(await available('mariadb')))('a watch under thousands of events', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb({ returns: true });
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('keeps the right key, and neither it nor its vault grows', async () => {
    const report = await runSoak({ minutes: MINUTES, events: EVENTS, seed: 1, mariadb });

    expect(report.failures, soakText(report)).toEqual([]);
    expect(report.flatness.filter(({ byEvents }) => byEvents === null)).toEqual([]);
  });
});

describe('a watch that leaks at each event', () => {
  it('is found, by everything that it leaks', async () => {
    const planted = [new URL('leak.ts', import.meta.url)];
    const only = ['other files beside it', 'signals', 'questions over HTTP'];

    const report = await runSoak({ minutes: MINUTES, events: 1_000, seed: 1, mariadb: null, planted, only });

    const growing = report.flatness.filter(({ flat }) => !flat).map(({ measure }) => measure.name);
    expect(growing, soakText(report)).toEqual(
      expect.arrayContaining(['heap after collection', 'buffers', 'open descriptors', 'timers', 'listeners']),
    );
  });
});
