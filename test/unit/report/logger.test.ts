import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { Secret } from '../../../src/core/secret.ts';
import { createLogger } from '../../../src/report/logger.ts';
import { FakeStream } from './fake-stream.ts';

const NOON = new Date('2026-03-01T12:00:00Z');

function loggerOn(output: FakeStream, logFormat: 'text' | 'json' = 'text', logLevel: 'info' | 'debug' = 'info') {
  return createLogger({ logFormat, logLevel }, output, () => NOON);
}

describe('a logger', () => {
  it('writes one line a record, with the time in UTC and the fields behind', async () => {
    const output = new FakeStream();
    const logger = loggerOn(output);

    logger.info('verdict changed', { verdict: 'sound', opened: 7, path: '/var/glpi/with space', none: undefined });
    logger.error('cannot write');
    await logger.flush();

    expect(output.text).toBe(
      '2026-03-01T12:00:00.000Z info  verdict changed verdict=sound opened=7 path="/var/glpi/with space"\n' +
        '2026-03-01T12:00:00.000Z error cannot write\n',
    );
  });

  it('writes one JSON object a line', async () => {
    const output = new FakeStream();
    const logger = loggerOn(output, 'json');

    logger.warn('database silent', { address: 'db:3306', time: 'not the time' });
    await logger.flush();

    expect(JSON.parse(output.text)).toEqual({
      time: '2026-03-01T12:00:00.000Z',
      level: 'warn',
      message: 'database silent',
      address: 'db:3306',
    });
  });

  it('leaves out what is less serious than its level', async () => {
    const quiet = new FakeStream();
    const loud = new FakeStream();

    for (const logger of [loggerOn(quiet), loggerOn(loud, 'text', 'debug')]) {
      logger.debug('looked');
      await logger.flush();
    }

    expect([quiet.text, loud.text]).toEqual(['', '2026-03-01T12:00:00.000Z debug looked\n']);
  });

  it('keeps the order of records, and goes on after a flush', async () => {
    const output = new FakeStream();
    const logger = loggerOn(output);

    for (let index = 0; index < 50; index += 1) logger.info('tick', { index });
    await logger.flush();
    logger.info('tick', { index: 50 });
    await logger.flush();

    const indexes = [...output.text.matchAll(/index=(\d+)/g)].map((each) => Number(each[1]));
    expect(indexes).toEqual(Array.from({ length: 51 }, (_, index) => index));
  });

  it('never lets a value begin a line of its own', async () => {
    const output = new FakeStream();
    const logger = loggerOn(output);

    logger.info('read', { name: 'a\n2026-01-01T00:00:00.000Z info forged', other: 'a=b', third: '\u001b[31m' });
    await logger.flush();

    expect(output.text.split('\n')).toHaveLength(2);
    expect(output.text).not.toContain('\u001b');
  });

  it('writes of an error what is known to be safe', async () => {
    const output = new FakeStream();
    const cause = Object.assign(new Error('open hunter2-planted'), { code: 'EACCES' });
    const failure = new Failure('vault-unreadable', 'cannot list /vault', { expected: 'a directory', cause });
    const logger = loggerOn(output);

    logger.error('failed', { error: failure, other: new TypeError('hunter2-planted') });
    await logger.flush();

    expect(output.text).toContain('vault-unreadable: cannot list /vault, expected: a directory, because of EACCES');
    expect(output.text).toContain('TypeError');
    expect(output.text).not.toContain('hunter2');
  });

  it.each(['text', 'json'] as const)('shows neither secrets nor bytes as %s', async (format) => {
    const output = new FakeStream();
    const logger = loggerOn(output, format);
    logger.hide(new Secret('planted-by-mistake'));
    const key = Buffer.from('key-bytes-that-nobody-may-see-32');

    logger.info('read', { secret: new Secret('planted'), key, nested: { key }, text: 'a planted-by-mistake b' });
    await logger.flush();

    for (const form of ['planted', key.toString(), key.toString('hex'), '"data"']) {
      expect(output.text).not.toContain(form);
    }
    expect(output.text).toContain('[32 bytes]');
  });
});
