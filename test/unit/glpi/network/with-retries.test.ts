import { describe, expect, it } from 'vitest';
import type { CauseCode, NetworkCause } from '../../../../src/glpi/network/cause.ts';
import { SYSTEM } from '../../../../src/glpi/network/surroundings.ts';
import { withRetries } from '../../../../src/glpi/network/with-retries.ts';

const cause = (code: CauseCode, retryAfter?: number): NetworkCause => ({
  ...{ code, message: '', try: '' },
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

/** Tries with the causes given, one each, `null` for success; returns the waits, and how often it was tried. */
async function tried(causes: readonly (NetworkCause | null)[], random = 1, signal = new AbortController().signal) {
  const waits: number[] = [];
  let count = 0;
  const sleep = async (milliseconds: number, until: AbortSignal): Promise<void> => {
    until.throwIfAborted();
    waits.push(milliseconds);
  };
  const attempt = async (): Promise<NetworkCause | null> => causes[count++] ?? null;
  const surroundings = { ...SYSTEM, random: () => random, sleep };

  const result = await withRetries(4, attempt, (each) => each, surroundings, signal);

  return { waits, count, result: result?.code ?? 'done' };
}

const REFUSED = cause('tcp-refused');

describe('trying again', () => {
  it('waits longer each time, up to four tries', async () => {
    expect(await tried([REFUSED, REFUSED, REFUSED, REFUSED, REFUSED])).toEqual({
      waits: [1000, 2000, 4000],
      count: 4,
      result: 'tcp-refused',
    });
  });

  it('waits for half of that at least, by chance', async () => {
    expect((await tried([REFUSED, cause('dns-failed'), null], 0)).waits).toEqual([500, 1000]);
  });

  it('ends with the first success', async () => {
    expect(await tried([cause('proxy-unreachable'), null])).toMatchObject({ count: 2, result: 'done' });
  });

  it.each<CauseCode>(['answer-timeout', 'connection-lost', 'answer-cut-off', 'not-json', 'key-invalid', 'tls-expired'])(
    'is left be after %s, for the question may have been heard, or would end the same',
    async (code) => {
      expect(await tried([cause(code)])).toEqual({ waits: [], count: 1, result: code });
    },
  );

  it('waits as long as a server asks that turned it away', async () => {
    expect(await tried([cause('rate-limited', 7000), cause('server-error', 3000), null], 0.5)).toMatchObject({
      waits: [7500, 3500],
      result: 'done',
    });
  });

  it.each([cause('rate-limited'), cause('server-error'), cause('rate-limited', 60_000)])(
    'is left to another day after %o',
    async (each) => {
      expect(await tried([each])).toMatchObject({ waits: [], count: 1, result: each.code });
    },
  );

  it('ends with what is known when it is called off', async () => {
    expect(await tried([REFUSED, null], 1, AbortSignal.abort())).toEqual({
      waits: [],
      count: 1,
      result: 'tcp-refused',
    });
  });
});
