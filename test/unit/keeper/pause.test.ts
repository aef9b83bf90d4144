import { describe, expect, it } from 'vitest';
import { pause } from '../../../src/keeper/pause.ts';

describe('a pause', () => {
  it('that is cut short fails with the reason for it', async () => {
    const reason = new Error('the lease is lost');
    const stop = new AbortController();

    const paused = pause(60_000, stop.signal);
    stop.abort(reason);

    await expect(paused).rejects.toBe(reason);
  });

  it('does not begin where there is a reason not to', async () => {
    const reason = new Error('stopped long ago');

    await expect(pause(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
