import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { scratchInstance } from '../keeper/scratch-instance.ts';
import { sealedSchema } from '../keeper/sealed-schema.ts';
import { environmentOf, resultOf, runCli, startCli } from './run-cli.ts';

const COMMANDS = [
  ['config'],
  ['init', '--dry-run'],
  ['init'],
  ['status'],
  ['doctor'],
  ['capture'],
  ['history'],
  ['accept', '--dry-run'],
  ['restore', '--dry-run'],
  ['drill'],
  ['export', '--plain', '--dry-run'],
];
const PATHS = ['/healthz', '/readyz', '/status', '/metrics'];
const PORT = 20_000 + (process.pid % 10_000);

describe.skipIf(!(await available('mariadb')))('secrets', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('are in no output of any command, in no log line, and in no HTTP answer, in whatever writing', async () => {
    const planted = {
      key: randomBytes(32),
      stranger: randomBytes(32),
      secret: Buffer.from('geheim/ü?&-what was typed in'),
      password: Buffer.from(mariadb.rootPassword),
      token: Buffer.from(`token+${randomBytes(24).toString('base64url')}/=`),
    };
    const schema = await sealedSchema(mariadb, planted.key, planted.secret.toString());
    using instance = scratchInstance(mariadb, schema);
    instance.put('glpicrypt.key', planted.key);
    const environment = environmentOf(instance, {
      KEYKEEPER_LOG_LEVEL: 'debug',
      KEYKEEPER_HTTP: `127.0.0.1:${PORT}`,
      KEYKEEPER_HTTP_TOKEN: planted.token.toString(),
    });
    const outputs = new Map<string, string>();
    const watching = startCli(['watch'], environment);
    const watched = resultOf(watching);
    await untilHealthy();

    for (const path of PATHS) outputs.set(path, await (await fetch(`http://127.0.0.1:${PORT}${path}`)).text());
    const headers = { authorization: `Bearer ${planted.token}` };
    const reconciled = await fetch(`http://127.0.0.1:${PORT}/reconcile`, { method: 'POST', headers });
    outputs.set('POST /reconcile', await reconciled.text());
    rmSync(instance.keyPath);
    await sleep(500);
    watching.kill('SIGTERM');
    if (watching.exitCode === null) await once(watching, 'exit');
    outputs.set('watch', textOf(await watched));
    instance.put('glpicrypt.key', planted.stranger);
    for (const args of COMMANDS) {
      for (const form of [args, [...args, '--json']]) {
        outputs.set(form.join(' '), textOf(await runCli(form, environment)));
      }
    }

    expect(reconciled.status).toBe(200);
    for (const [where, output] of outputs) {
      expect(output, where).not.toBe('');
      for (const [name, bytes] of Object.entries(planted))
        expect(writingsIn(output, bytes), `${name}: ${where}`).toEqual([]);
    }
  });
});

function textOf({ stdout, stderr }: { stdout: string; stderr: string }): string {
  return stdout + stderr;
}

async function untilHealthy(): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const healthy = await fetch(`http://127.0.0.1:${PORT}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (healthy) return;
    await sleep(100);
  }
  throw new Error('the watch never was healthy');
}

/** The writings of a secret that a text holds. */
function writingsIn(text: string, bytes: Buffer): string[] {
  const latin = bytes.toString('latin1');
  const writings = {
    raw: bytes.toString('utf8'),
    latin,
    hex: bytes.toString('hex'),
    'upper-case hex': bytes.toString('hex').toUpperCase(),
    base64: bytes.toString('base64').replace(/=+$/, ''),
    base64url: bytes.toString('base64url'),
    url: encodeURIComponent(bytes.toString('utf8')),
    'url of bytes': [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    json: JSON.stringify(bytes.toString('utf8')).slice(1, -1),
    decimal: [...bytes].join(','),
  };
  return Object.entries(writings).flatMap(([name, writing]) => (text.includes(writing) ? [name] : []));
}
