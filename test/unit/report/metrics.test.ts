import { describe, expect, it } from 'vitest';
import { VERDICTS } from '../../../src/core/verdict.ts';
import { METRICS } from '../../../src/report/metrics.ts';
import { ACTION_NAMES, TRIGGERS } from '../../../src/report/metrics-snapshot.ts';
import { scrape } from '../../../src/report/scrape.ts';
import { quietSnapshot } from './fake-keeper.ts';

async function seriesOf(snapshot = quietSnapshot()): Promise<Map<string, number>> {
  const { body } = await scrape(snapshot);
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

describe('a scrape', () => {
  it('has every series with 0 before anything happened, so that alerts have something to compare with', async () => {
    const series = await seriesOf();

    const expected = [
      ...VERDICTS.map((verdict) => `keykeeper_verdict{verdict="${verdict}"}`),
      ...TRIGGERS.map((trigger) => `keykeeper_passes_total{trigger="${trigger}"}`),
      ...ACTION_NAMES.flatMap((action) =>
        ['done', 'failed'].map((result) => `keykeeper_actions_total{action="${action}",result="${result}"}`),
      ),
      'keykeeper_healthy',
      'keykeeper_last_capture_timestamp_seconds',
    ];
    expect(expected.map((name) => [name, series.get(name)])).toEqual(expected.map((name) => [name, 0]));
  });

  it('says what the snapshot says', async () => {
    const series = await seriesOf({
      ...quietSnapshot(),
      healthy: true,
      verdict: 'mixed',
      canary: { tested: 9, opened: 7 },
      passes: { ...quietSnapshot().passes, file: 4 },
      actionsFailed: { ...quietSnapshot().actionsFailed, 'restore-file': 2 },
      passSeconds: 1.5,
      lastSoundAt: 1_772_366_400,
    });

    expect(Object.fromEntries(series)).toMatchObject({
      keykeeper_healthy: 1,
      'keykeeper_verdict{verdict="mixed"}': 1,
      'keykeeper_verdict{verdict="sound"}': 0,
      keykeeper_canary_tested: 9,
      keykeeper_canary_opened: 7,
      'keykeeper_passes_total{trigger="file"}': 4,
      'keykeeper_actions_total{action="restore-file",result="failed"}': 2,
      'keykeeper_actions_total{action="restore-file",result="done"}': 0,
      keykeeper_pass_seconds_total: 1.5,
      keykeeper_last_sound_timestamp_seconds: 1_772_366_400,
      'keykeeper_info{version="0.1.0",instance="glpi"}': 1,
    });
  });

  it('does not add up over scrapes', async () => {
    const snapshot = { ...quietSnapshot(), failedPasses: 3 };

    await seriesOf(snapshot);

    expect((await seriesOf(snapshot)).get('keykeeper_failed_passes_total')).toBe(3);
  });

  it('tells help and type of every metric, under names that fit its type', async () => {
    const { body } = await scrape(quietSnapshot());

    for (const { name, type, help } of METRICS) {
      expect(body).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
      expect(name).toMatch(type === 'counter' ? /^keykeeper_\w+_total$/ : /^keykeeper_\w+(?<!_total)$/);
    }
  });
});
