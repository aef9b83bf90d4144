import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Input, readSecretInput } from '../../../src/commands/read-input.ts';

const QUESTION = { prompt: 'Key: ', isWhole: (text: string) => text.endsWith('=') };

/** Standard input, and what a person sees on the screen. */
function terminal(isTTY: boolean) {
  const input = new PassThrough();
  const screen = new PassThrough({ encoding: 'utf8' });
  return { input: Object.assign(input, { isTTY }) satisfies Input, screen, seen: () => screen.read() as string | null };
}

describe('a secret on standard input', () => {
  it('is read to its end where it is piped', async () => {
    const { input, screen, seen } = terminal(false);
    input.end('first=\nsecond\n');

    const text = await readSecretInput(QUESTION, input, screen, AbortSignal.timeout(10_000));

    expect(text).toBe('first=\nsecond\n');
    expect(seen()).toBeNull();
  });

  it.each([
    ['that is all of it', 'typed=\rand more\r', 'typed='],
    ['after which there is none', 'typed\r\r', 'typed'],
    ['of several that were pasted', 'one\rtwo\rthree=\r', 'one\ntwo\nthree='],
  ])('is read to the line %s where somebody types, and not shown', async (_, typed, expected) => {
    const { input, screen, seen } = terminal(true);
    input.write(typed);

    const text = await readSecretInput(QUESTION, input, screen, AbortSignal.timeout(10_000));

    expect(text).toBe(expected);
    expect(seen()).toBe('Key: \n');
  });

  it.each([
    ['is empty', false, '\n'],
    ['is none, after Ctrl-D', true, '\x04'],
  ])('that %s is asked for with a line to try', async (_, isTTY, given) => {
    const { input, screen } = terminal(isTTY);
    input.write(given);
    if (!isTTY) input.end();

    const reading = readSecretInput(QUESTION, input, screen, AbortSignal.timeout(10_000));

    await expect(reading).rejects.toMatchObject({ code: 'usage', try: expect.stringContaining('--file') });
  });

  it('that is far too large is refused, and not repeated', async () => {
    const { input, screen } = terminal(false);
    input.end('k'.repeat(70_000));

    const reading = readSecretInput(QUESTION, input, screen, AbortSignal.timeout(10_000));

    await expect(reading).rejects.toMatchObject({ code: 'usage', message: expect.not.stringContaining('kkk') });
  });

  it('is not waited for after a signal to stop', async () => {
    const { input, screen } = terminal(true);
    const stop = new AbortController();

    const reading = readSecretInput(QUESTION, input, screen, stop.signal);
    stop.abort();

    await expect(reading).rejects.toBe(stop.signal.reason);
  });
});
