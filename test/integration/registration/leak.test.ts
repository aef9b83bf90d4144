import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { environmentOf, resultOf, runCli, startCli } from '../cli/run-cli.ts';
import { registrationScene } from '../keeper/registration-scene.ts';

const PORT = 30_000 + (process.pid % 10_000);
const PATHS = ['/healthz', '/readyz', '/status', '/metrics'];

/** Every encoding writes these bytes differently: `+`, `/`, `ÿ`, `?` and `>` are among them. */
function plantedKey(owner: string): string {
  const claims = { owner, serial: 'ß+/~ÿ??>>', signature: 'c2lnbmF0dXJlIG9mIGEgdGVzdCBrZXk/' };
  return Buffer.from(JSON.stringify(claims)).toString('base64');
}

describe.skipIf(!(await available('mariadb')))('registration keys', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('are in no output, log line, HTTP answer, argument or environment of whatever is done with them', async () => {
    await using scene = await registrationScene(mariadb);
    const wished = plantedKey('wished');
    const set = plantedKey('set');
    const entered = plantedKey('entered');
    const folder = join(scene.instance.configDir, '..');
    const [wishFile, setFile, brokenFile] = ['wish', 'set', 'broken'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(wishFile, `"${wished}"\n`);
    writeFileSync(setFile, set);
    writeFileSync(brokenFile, `${set.slice(0, -8)}!!`);
    const environment = environmentOf(scene.instance, {
      KEYKEEPER_REGISTRATION_KEY_FILE: wishFile,
      KEYKEEPER_LOG_LEVEL: 'debug',
      KEYKEEPER_LOG_FORMAT: 'json',
      KEYKEEPER_INTERVAL: '1s',
      KEYKEEPER_HTTP: `127.0.0.1:${PORT}`,
    });
    const outputs = new Map<string, string>();
    const watching = startCli(['watch'], environment);
    const watched = resultOf(watching);
    await untilStored(async () => (await scene.rows()).key === wished);

    for (const path of PATHS) outputs.set(path, await (await fetch(`http://127.0.0.1:${PORT}${path}`)).text());
    for (const name of ['cmdline', 'environ']) {
      outputs.set(`process ${name}`, readFileSync(`/proc/${watching.pid}/${name}`, 'latin1'));
    }
    await scene.put(entered);
    await sleep(1_500);
    await scene.put(undefined);
    await untilStored(async () => (await scene.rows()).key === entered);
    watching.kill('SIGTERM');
    if (watching.exitCode === null) await once(watching, 'exit');
    outputs.set('watch', textOf(await watched));
    const commands: readonly (readonly [readonly string[], string?])[] = [
      [['config']],
      [['registration', 'show']],
      [['registration', 'set', '--dry-run'], set],
      [['registration', 'set'], set],
      [['registration', 'set', '--file', setFile]],
      [['registration', 'set', '--file', brokenFile]],
      [['registration', 'set'], `${set.slice(0, -8)}!!`],
      [['registration', 'set', set]],
      [['registration', set]],
      [['registration', 'validate', '--dry-run']],
      [['registration', 'clear', '--dry-run']],
      [['registration', 'clear']],
      [['history']],
      [['status']],
    ];
    for (const [args, input] of commands) {
      for (const form of [args, [...args, '--json']]) {
        const named = form.map((each) => (each === set ? 'KEY' : each)).join(' ');
        outputs.set(`${named} ${outputs.size}`, textOf(await runCli(form, environment, input)));
      }
    }

    expect(await scene.rows()).toMatchObject({ stored: '' });
    for (const [where, output] of outputs) {
      expect(output, where).not.toBe('');
      for (const key of [wished, set, entered, scene.registrationKey])
        expect(writingsIn(output, key), where).toEqual([]);
    }
  });
});

async function untilStored(done: () => Promise<boolean>): Promise<void> {
  await expect.poll(done, { timeout: 60_000, interval: 100 }).toBe(true);
}

function textOf({ stdout, stderr }: { stdout: string; stderr: string }): string {
  return stdout + stderr;
}

/** The writings of a key, and of what is in it, that a text holds. */
function writingsIn(text: string, key: string): string[] {
  const inside = Buffer.from(key, 'base64');
  const writings = {
    key,
    'its beginning': key.slice(0, 40),
    'its end': key.slice(-40),
    'the key in base64': Buffer.from(key).toString('base64').replace(/=+$/, ''),
    'the key in hex': Buffer.from(key).toString('hex'),
    'the key in a URL': encodeURIComponent(key),
    base64url: inside.toString('base64url'),
    inside: inside.toString('utf8'),
    'inside as JSON': JSON.stringify(inside.toString('utf8')).slice(1, -1),
    'inside in hex': inside.toString('hex'),
    'inside in a URL': encodeURIComponent(inside.toString('utf8')),
    'its signature': (JSON.parse(inside.toString('utf8')) as { signature: string }).signature,
  };
  return Object.entries(writings).flatMap(([name, writing]) => (text.includes(writing) ? [name] : []));
}
