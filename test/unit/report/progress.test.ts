import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showProgress } from '../../../src/report/progress.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function outputOf(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  const logged: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => written.push(text) };
  const logger = { info: (message: string, fields = {}) => void logged.push(`${message} ${JSON.stringify(fields)}`) };
  return { written, logged, output: { stream, logger } };
}

describe('progress', () => {
  it.each([true, false])('is silent about what takes less than two seconds (terminal: %s)', (isTTY) => {
    const { written, logged, output } = outputOf(isTTY);

    {
      using _ = showProgress('waiting', () => '', output);
      vi.advanceTimersByTime(1_999);
    }
    vi.advanceTimersByTime(60_000);

    expect([written, logged]).toEqual([[], []]);
  });

  it('is one rewritten line on a terminal, and gone at the end', () => {
    const { written, logged, output } = outputOf(true, 30);
    const seconds = [1, 2, 3].values();

    {
      using _ = showProgress('waiting for the database', () => `${seconds.next().value} of 120 s`, output);
      vi.advanceTimersByTime(2_500);
    }

    expect(logged).toEqual([]);
    expect(written.slice(0, 2)).toEqual([
      '\r\u001b[2Kwaiting for the database: 1 o',
      '\r\u001b[2Kwaiting for the database: 2 o',
    ]);
    expect(written.at(-1)).toBe('\r\u001b[2K');
  });

  it('is a log line every ten seconds elsewhere', () => {
    const { written, logged, output } = outputOf(false);

    {
      using _ = showProgress('waiting', () => 'db:3306', output);
      vi.advanceTimersByTime(22_000);
    }
    vi.advanceTimersByTime(60_000);

    expect(written).toEqual([]);
    expect(logged).toEqual(Array(3).fill('waiting {"progress":"db:3306"}'));
  });
});
