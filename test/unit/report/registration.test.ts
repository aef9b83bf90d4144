import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/core/brand.ts';
import { blankReceipt, type Receipt } from '../../../src/core/receipt.ts';
import type { CheckState } from '../../../src/keeper/registration-check.ts';
import { registrationStatus } from '../../../src/report/http/registration-status.ts';
import { registrationStatusSchema } from '../../../src/report/http/registration-status-schema.ts';
import { REGISTRATION_METRICS, registrationFigures } from '../../../src/report/registration-metrics.ts';
import { scrape } from '../../../src/report/scrape.ts';
import { quietSnapshot } from './fake-keeper.ts';

const KEY = fingerprint('1111111111111111');
const AT = '2026-03-01T12:00:00Z';
const NOW = Date.parse(AT);

const VALID: Receipt = {
  ...blankReceipt(KEY),
  answer: {
    at: AT,
    verdict: 'valid',
    cause: null,
    message: null,
    owner: 'ACME',
    title: 'Standard',
    endDate: '2026-03-11',
    clockSkew: null,
  },
};

const FAILING: Receipt = {
  ...VALID,
  trouble: {
    since: AT,
    failures: 2,
    cause: { code: 'proxy-password', message: 'the proxy wants a password', try: 'give it' },
    level: 'connection',
    probeAt: AT,
    telling: true,
    over: false,
  },
};

function stateOf(receipt: Receipt | null): CheckState {
  return { key: KEY, receipt, seenByGlpi: 'unknown', requests: 4, findings: [] };
}

async function seriesOf(receipt: Receipt | null): Promise<string> {
  const { body } = await scrape({ ...quietSnapshot(), registration: registrationFigures(stateOf(receipt), NOW) });
  return body;
}

describe('the registration key', () => {
  it('is in the metrics with its answer, its days and the questions asked', async () => {
    const series = await seriesOf(VALID);

    expect(series).toContain('\nkeykeeper_registration_valid 1\n');
    expect(series).toContain('\nkeykeeper_registration_days_left 10\n');
    expect(series).toContain(`\nkeykeeper_registration_last_answer_timestamp_seconds ${NOW / 1_000}\n`);
    expect(series).toContain('\nkeykeeper_registration_requests_total 4\n');
    expect(series).not.toMatch(/keykeeper_registration_check_failed\{.*\} 1\n/);
  });

  it('is in the metrics with the one cause that is in the way, and stays valid', async () => {
    const series = await seriesOf(FAILING);

    expect(series).toContain('\nkeykeeper_registration_valid 1\n');
    expect(series.match(/keykeeper_registration_check_failed\{.*\} 1\n/g)).toEqual([
      'keykeeper_registration_check_failed{cause="proxy-password"} 1\n',
    ]);
  });

  it('has no days left in the metrics where nobody knows of any', async () => {
    expect(await seriesOf(null)).not.toMatch(/^keykeeper_registration_days_left /m);
  });

  it('is never named in a label', () => {
    const labels = new Set(REGISTRATION_METRICS.flatMap((each) => each.labels));

    expect([...labels]).toEqual(['cause']);
  });

  it('is in the status as it was answered last, and with what is in the way since', () => {
    const status = registrationStatusSchema.parse(registrationStatus(stateOf(FAILING), NOW));

    expect(status).toMatchObject({ validate: 'on', key: KEY, verdict: 'valid', daysLeft: 10, endDate: '2026-03-11' });
    expect(status.trouble).toEqual({
      code: 'proxy-password',
      message: 'the proxy wants a password',
      since: AT,
      failures: 2,
      nextTryAt: AT,
    });
  });

  it('is unknown in the status where nobody asks', () => {
    expect(registrationStatus(null, NOW)).toMatchObject({ validate: 'off', key: null, verdict: null, trouble: null });
  });
});
