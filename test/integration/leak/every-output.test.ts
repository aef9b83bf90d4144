import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/commands/command-table.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { type CliEnvironment, environmentOf, resultOf, runCli, startCli } from '../cli/run-cli.ts';
import { registrationScene, someRegistrationKey } from '../keeper/registration-scene.ts';
import { sealLikeGlpi } from '../keeper/sealed-schema.ts';
import { casesOf, type LeakCase, type LeakScene, mistakes } from './cases.ts';
import { writingsIn } from './writings.ts';

const PORT = 20_000 + (process.pid % 10_000);
const PATHS = ['/healthz', '/readyz', '/status', '/metrics', '/reconcile', '/nothing'];

describe.skipIf(!(await available('mariadb')))('secrets', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('are in no output of any command, mistake or endpoint, no log, argument or environment, in whatever writing', async () => {
    await using scene = await registrationScene(mariadb);
    const { instance, client } = scene;
    const at = (name: string) => join(instance.configDir, '..', name);
    const identity = await generateIdentity();
    const planted: Record<string, string | Buffer> = {
      'security key': scene.securityKey,
      'old security key': randomBytes(32),
      'registration key': scene.registrationKey,
      'registration key of the operator': someRegistrationKey('operator'),
      'password of the database': mariadb.rootPassword,
      'age identity': identity,
      'HTTP token': `token+${randomBytes(24).toString('base64url')}/=`,
      'SMTP password': 'geheim/ü?&-what was typed in',
      'LDAP password': 'noch geheimer "ß" <in> %41',
    };
    const text = (name: string) => String(planted[name]);
    await client.query("UPDATE glpi_configs SET value = ? WHERE name = 'smtp_passwd'", [
      sealLikeGlpi(text('SMTP password'), scene.securityKey),
    ]);
    await client.query('INSERT INTO glpi_authldaps (name, rootdn_passwd) VALUES (?, ?)', [
      'directory',
      sealLikeGlpi(text('LDAP password'), scene.securityKey),
    ]);
    writeFileSync(at('identity'), identity);
    writeFileSync(at('token'), text('HTTP token'));
    writeFileSync(at('registration'), text('registration key of the operator'));
    writeFileSync(at('old.key'), planted['old security key'] ?? '');
    const leakScene: LeakScene = {
      registrationKey: text('registration key of the operator'),
      registrationFile: at('registration'),
      oldKeyFile: at('old.key'),
      exportFile: at('export.age'),
      http: `127.0.0.1:${PORT}`,
      password: mariadb.rootPassword,
      token: text('HTTP token'),
      identity,
      recipient: await identityToRecipient(identity),
    };
    const environment = environmentOf(instance, {
      KEYKEEPER_LOG_LEVEL: 'debug',
      KEYKEEPER_AGE_IDENTITY_FILE: at('identity'),
      KEYKEEPER_HTTP_TOKEN_FILE: at('token'),
      KEYKEEPER_HTTP: 'off',
      KEYKEEPER_DATABASE_WAIT: '100ms',
    });
    const outputs = new Map<string, string>();

    const watching = startCli(['watch'], { ...environment, KEYKEEPER_HTTP: leakScene.http });
    const watched = resultOf(watching);
    await untilHealthy();
    for (const path of PATHS) await askEverything(path, leakScene.token, outputs);
    for (const name of ['cmdline', 'environ'])
      outputs.set(name, readFileSync(`/proc/${watching.pid}/${name}`, 'latin1'));
    const cases = casesOf(leakScene);
    const { rotate = [], 'vault reencrypt': reencrypt = [], ...others } = cases;
    await Promise.all(Object.values(others).map((each) => runInTurn(each, environment, outputs)));
    await runInTurn([...rotate, ...reencrypt], environment, outputs);
    planted['security key after the rotation'] = instance.read('glpicrypt.key');
    for (const damage of [scene.securityKey.toString('hex'), randomBytes(31)]) {
      instance.put('glpicrypt.key', damage);
      await sleep(300);
    }
    rmSync(instance.keyPath, { force: true });
    await Promise.all(mistakes(leakScene).map((each) => runBoth(each, environment, outputs)));
    instance.put('config_db.php', `<?php class DB extends DBmysql { $dbpassword = '${mariadb.rootPassword}'`);
    await runBoth({ args: ['init'] }, environment, outputs);
    watching.kill('SIGTERM');
    if (watching.exitCode === null) await once(watching, 'exit');
    const { stdout, stderr } = await watched;
    outputs.set('watch', stdout + stderr);

    expect(Object.keys(cases).sort()).toEqual(COMMANDS.map(({ name }) => name).sort());
    expect(planted['security key after the rotation']).not.toEqual(scene.securityKey);
    const leaks = [...outputs].flatMap(([where, output]) =>
      Object.entries(planted).flatMap(([name, secret]) =>
        writingsIn(output, Buffer.from(secret)).map((writing) => `${name} as ${writing}: ${where}`),
      ),
    );
    expect(leaks).toEqual([]);
    expect([...outputs].filter(([, output]) => output === '').map(([where]) => where)).toEqual([]);
  }, 300_000);
});

async function runInTurn(cases: readonly LeakCase[], environment: CliEnvironment, outputs: Map<string, string>) {
  for (const each of cases) await runBoth(each, environment, outputs);
}

/** For people with logs as text, and as JSON with logs as JSON. */
async function runBoth(each: LeakCase, environment: CliEnvironment, outputs: Map<string, string>): Promise<void> {
  const runs = ['text', 'json'].map(async (format) => {
    const args = format === 'json' ? [...each.args, '--json'] : each.args;
    const settings = { ...environment, KEYKEEPER_LOG_FORMAT: format, ...each.settings };
    const { stdout, stderr } = await runCli(args, settings, each.input);
    outputs.set(`${outputs.size} ${each.args[0]} ${format}`, stdout + stderr);
  });
  await Promise.all(runs);
}

async function askEverything(path: string, token: string, outputs: Map<string, string>): Promise<void> {
  const url = `http://127.0.0.1:${PORT}${path}`;
  const questions: [string, RequestInit][] = [
    [url, {}],
    [url, { method: 'POST', headers: { authorization: `Bearer ${token}` } }],
    [url, { method: 'POST', headers: { authorization: `Bearer ${token}x` } }],
    [`${url}?token=${encodeURIComponent(token)}`, { headers: { origin: 'http://evil.example' } }],
    [url, { method: 'PUT', headers: { authorization: token }, body: token }],
  ];
  for (const [asked, how] of questions) {
    const answer = await fetch(asked, how);
    const headers = [...answer.headers].map((pair) => pair.join(': ')).join('\n');
    outputs.set(`${outputs.size} HTTP ${path}`, `${answer.status} ${headers}\n${await answer.text()}`);
  }
}

async function untilHealthy(): Promise<void> {
  const healthy = () =>
    fetch(`http://127.0.0.1:${PORT}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
  await expect.poll(healthy, { timeout: 60_000, interval: 100 }).toBe(true);
}
