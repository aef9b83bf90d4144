import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { scratchInstance } from '../keeper/scratch-instance.ts';
import { type CliEnvironment, environmentOf, resultOf, startCli } from './run-cli.ts';

const PORT = 30_000 + (process.pid % 10_000);
let off: string;

beforeEach(() => {
  off = mkdtempSync(join(tmpdir(), 'keykeeper-scheduled-'));
});

afterEach(() => rmSync(off, { recursive: true }));

it('a watch drills and exports on its schedule, tells so in status and metrics, and a restart repeats neither', async () => {
  using instance = scratchInstance(null, '');
  instance.put('glpicrypt.key', randomBytes(32));
  const identity = await generateX25519Identity();
  const environment = environmentOf(instance, {
    KEYKEEPER_HTTP: `127.0.0.1:${PORT}`,
    KEYKEEPER_DRILL: '1d',
    KEYKEEPER_EXPORT: '1d',
    KEYKEEPER_EXPORT_TO: off,
    KEYKEEPER_AGE_RECIPIENTS: await identityToRecipient(identity),
    KEYKEEPER_AGE_IDENTITY: identity,
    KEYKEEPER_INTERVAL: '1s',
  });

  const first = await watchUntil(environment, (metrics) => /^keykeeper_export_success 1$/m.test(metrics));
  const second = await watchUntil(environment, (metrics) =>
    /keykeeper_passes_total\{trigger="timer"\} [1-9]/.test(metrics),
  );

  expect(first.log).toMatch(/info +drill done/);
  expect(first.log).toMatch(/info +export done/);
  expect(first.metrics).toMatch(/^keykeeper_drill_success 1$/m);
  expect(first.metrics).toMatch(/^keykeeper_drill_timestamp_seconds 1\d{9}/m);
  expect(first.status).toMatchObject({ drill: { success: true }, export: { success: true } });
  expect(second.log).not.toMatch(/(drill|export) (done|failed)/);
  expect(second.metrics).toMatch(/^keykeeper_export_success 1$/m);
  expect(readdirSync(off)).toHaveLength(1);
});

interface Watched {
  readonly metrics: string;
  readonly status: unknown;
  readonly log: string;
}

async function watchUntil(environment: CliEnvironment, fits: (metrics: string) => boolean): Promise<Watched> {
  const child = startCli(['watch'], environment);
  const result = resultOf(child);
  try {
    for (let tries = 0; tries < 600; tries += 1) {
      const metrics = await read('metrics');
      if (fits(metrics)) {
        const status: unknown = JSON.parse(await read('status'));
        child.kill('SIGTERM');
        return { metrics, status, log: (await result).stderr };
      }
      await delay(100);
    }
    throw new Error(`it never came so far:\n${await read('metrics')}`);
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

async function read(path: string): Promise<string> {
  return await fetch(`http://127.0.0.1:${PORT}/${path}`).then(
    (answer) => answer.text(),
    () => '',
  );
}
