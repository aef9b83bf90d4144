import { describe, expect, it } from 'vitest';
import { failureOf, loadWith } from './load-with.ts';

const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';

describe('a schedule among the settings', () => {
  it('is how often, or off', async () => {
    const environment = {
      KEYKEEPER_DRILL: '7d',
      KEYKEEPER_EXPORT: '12h',
      KEYKEEPER_EXPORT_TO: '/offsite',
      KEYKEEPER_AGE_RECIPIENTS: RECIPIENT,
    };

    const { settings } = await loadWith({ environment });

    expect(settings).toMatchObject({
      drill: { kind: 'every', interval: 7 * 86_400_000 },
      export: { kind: 'every', interval: 43_200_000 },
      exportTo: '/offsite',
    });
    expect((await loadWith({ environment: { KEYKEEPER_DRILL: 'off' } })).settings.drill).toEqual({ kind: 'off' });
  });

  it.each(['10m', '7', 'weekly', '400d'])('is refused as %s, with what it can be', async (value) => {
    const failure = await failureOf({ environment: { KEYKEEPER_DRILL: value } });

    expect(failure).toMatchObject({ code: 'invalid-setting', target: 'KEYKEEPER_DRILL' });
    expect(failure.expected).toContain('off');
    expect(failure.try).toMatch(/^KEYKEEPER_DRILL=7(d|s)?$/);
  });

  it('of exports is refused without a place, and without somebody to encrypt to', async () => {
    const nowhere = await failureOf({ environment: { KEYKEEPER_EXPORT: '1d', KEYKEEPER_AGE_RECIPIENTS: RECIPIENT } });
    const nobody = await failureOf({ environment: { KEYKEEPER_EXPORT: '1d', KEYKEEPER_EXPORT_TO: '/offsite' } });

    expect(nowhere).toMatchObject({ code: 'conflicting-setting', try: expect.stringContaining('KEYKEEPER_EXPORT_TO') });
    expect(nobody).toMatchObject({ code: 'conflicting-setting', try: expect.stringContaining('age-keygen') });
  });
});
