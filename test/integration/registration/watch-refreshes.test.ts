import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { type NetworkDouble, startNetworkDouble } from '../../stand-in/network/network-double.ts';
import { available } from '../../stand-in/require.ts';
import { sealLikeGlpi } from '../keeper/sealed-schema.ts';
import { REGISTRATION_KEY, type RegisteredInstance, registeredInstance } from './registered-instance.ts';
import { startWatching } from './watching.ts';

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

/** A cached answer as GLPI 10.0 keeps it: expiry, name, value. */
function cacheAnswer(varDir: string): string {
  const file = join(varDir, '_cache/core/N/M/sDzbIRAF4CUV40KA1dTg');
  mkdirSync(dirname(file), { recursive: true });
  const item = sha1(`registration_${sha1(REGISTRATION_KEY)}_en_informations`);
  writeFileSync(file, `1795604430\n${item}\na:1:{s:8:"is_valid";b:0;}`);
  return file;
}

async function sealAnew({ query, securityKey }: RegisteredInstance): Promise<void> {
  const anew = sealLikeGlpi(REGISTRATION_KEY, securityKey);
  await query("UPDATE glpi_configs SET value = ? WHERE name = 'glpinetwork_registration_key'", [anew]);
}

describe.skipIf(!(await available('mariadb')))("a watch that sees GLPI's var directory", () => {
  let mariadb: Mariadb;
  let double: NetworkDouble;

  beforeAll(async () => {
    mariadb = await startMariadb();
    double = await startNetworkDouble();
  });

  afterEach(() => double.reset());

  afterAll(async () => {
    await double[Symbol.asyncDispose]();
    await mariadb.stop();
  });

  it('leaves the answer that GLPI cached alone, removes it once after a change, and then no more', async () => {
    using registered = await registeredInstance(mariadb, double);
    const varDir = join(registered.instance.configDir, '../files');
    const file = cacheAnswer(varDir);
    const watching = startWatching({ ...registered.environment, KEYKEEPER_VAR_DIR: varDir });
    await watching.until(({ registration }) => registration.verdict === 'valid');
    const untouched = existsSync(file);

    await sealAnew(registered);
    while (existsSync(file)) await sleep(20);
    cacheAnswer(varDir);
    const { lastPassAt } = await watching.until(() => true);
    const status = await watching.until((later) => later.lastPassAt !== lastPassAt);
    await watching.stop();

    expect(untouched).toBe(true);
    expect(existsSync(file)).toBe(true);
    expect(status.findings.filter(({ code }) => code === 'glpi-cache-stale')).toEqual([]);
  });

  it('says which line to run where it sees no cache and may run nothing', async () => {
    using registered = await registeredInstance(mariadb, double);
    const varDir = join(registered.instance.configDir, '../elsewhere');
    const watching = startWatching({ ...registered.environment, KEYKEEPER_VAR_DIR: varDir });
    await watching.until(({ registration }) => registration.verdict === 'valid');

    await sealAnew(registered);
    const status = await watching.until(({ findings }) => findings.some(({ code }) => code === 'glpi-cache-stale'));
    await watching.stop();

    expect(status.healthy).toBe(true);
    expect(status.findings.find(({ code }) => code === 'glpi-cache-stale')?.try).toContain('cache:clear');
  });
});
