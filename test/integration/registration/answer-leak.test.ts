import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { type NetworkDouble, startNetworkDouble } from '../../stand-in/network/network-double.ts';
import { available } from '../../stand-in/require.ts';
import { runCli } from '../cli/run-cli.ts';
import { REGISTRATION_KEY, registeredInstance } from './registered-instance.ts';
import { startWatching } from './watching.ts';

const PATHS = ['/status', '/metrics', '/healthz'];
const COMMANDS = ['status', 'registration show', 'registration validate'];

describe.skipIf(!(await available('mariadb')))('a registration key that GLPI Network gives back in its answer', () => {
  let mariadb: Mariadb;
  let double: NetworkDouble;

  beforeAll(async () => {
    mariadb = await startMariadb();
    double = await startNetworkDouble();
  });

  afterAll(async () => {
    await double[Symbol.asyncDispose]();
    await mariadb.stop();
  });

  it('is in no log, answer, metric, record or result, in whatever writing', async () => {
    using registered = await registeredInstance(mariadb, double);
    double.set({ otherwise: { kind: 'invalid', message: `The key ${REGISTRATION_KEY} is unknown.` } });
    const file = join(registered.instance.configDir, '../registration-key');
    writeFileSync(file, REGISTRATION_KEY);
    const environment = { ...registered.environment, KEYKEEPER_REGISTRATION_KEY_FILE: file };
    const outputs = new Map<string, string>();

    const watching = startWatching(environment);
    await watching.until(({ registration }) => registration.verdict === 'invalid');
    for (const path of PATHS) outputs.set(path, await watching.get(path));
    outputs.set('process list', readFileSync(`/proc/${watching.pid}/cmdline`, 'latin1'));
    for (const command of COMMANDS) {
      const { stdout, stderr } = await runCli([...command.split(' '), '--json'], environment);
      outputs.set(command, stdout + stderr);
    }
    const { stdout, stderr } = await watching.stop();
    outputs.set('log', stdout + stderr);
    const vault = fileURLToPath(registered.instance.settings.vault);
    for (const name of readdirSync(vault, { recursive: true, encoding: 'utf8' })) {
      if (name.includes('receipts')) outputs.set('receipts', readFileSync(join(vault, name), 'utf8'));
    }

    for (const where of ['receipts', '/status', 'registration show', 'registration validate']) {
      expect(outputs.get(where), where).toContain('is unknown');
    }
    expect(outputs.get('log')).toContain('GLPI Network refuses the key');
    for (const [where, output] of outputs) expect(writingsIn(output, REGISTRATION_KEY), where).toEqual([]);
  });
});

function writingsIn(text: string, secret: string): string[] {
  const bytes = Buffer.from(secret);
  const writings = {
    raw: secret,
    base64: bytes.toString('base64'),
    base64url: bytes.toString('base64url'),
    url: encodeURIComponent(secret),
    hex: bytes.toString('hex'),
    'upper-case hex': bytes.toString('hex').toUpperCase(),
  };
  return Object.entries(writings).flatMap(([name, writing]) => (text.includes(writing.slice(0, 24)) ? [name] : []));
}
