import { describe, expect, it } from 'vitest';
import { hideSecrets } from '../../../src/commands/hide-secrets.ts';
import { createLogger } from '../../../src/report/logger.ts';
import { loadWith } from '../config/load-with.ts';
import { FakeStream } from '../report/fake-stream.ts';

const KEY = Buffer.from(JSON.stringify({ owner: 'ACME', signature: 'x'.repeat(60) })).toString('base64');

describe('the log', () => {
  it('holds no registration key of the settings, neither as it was pasted nor as it is written into the row', async () => {
    const pasted = `"${KEY.slice(0, 40)}\n${KEY.slice(40)}"`;
    const { settings } = await loadWith({
      environment: { KEYKEEPER_REGISTRATION_KEY_FILE: '/run/secrets/key' },
      files: { '/run/secrets/key': pasted },
    });
    const output = new FakeStream();
    const logger = createLogger(settings, output);

    hideSecrets(settings, logger);
    logger.warn('an answer that repeats what it was asked', { pasted, cleaned: KEY });
    await logger.flush();

    expect(output.text).toContain('an answer that repeats');
    expect(output.text).not.toContain(KEY);
    expect(output.text).not.toContain(KEY.slice(0, 40));
  });
});
