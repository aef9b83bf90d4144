import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../stand-in/glpi/engine.ts';
import { console, execute } from '../../stand-in/glpi/image.ts';
import { untilItServes } from './container.ts';
import { opened, sealed } from './recording.ts';
import { databaseOptions, databaseVariables, openStage, type Stage } from './stage.ts';

const CONFIG = '/var/glpi/config';
const KEY = Buffer.alloc(32, 5);
/** RFC 6238's own secret, in base32 as GLPI keeps it. */
const TOTP_SECRET = Buffer.from('12345678901234567890');
const TOTP_BASE32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe.skipIf(!(await dockerAnswers('GLPI 11 on the stand-in')))('the stand-in as GLPI 11', () => {
  let stage: Stage;
  let container: string;
  let address: string;

  beforeAll(async () => {
    stage = await openStage();
    await stage.addSchema('eleven');
    const options = ['--publish', '127.0.0.1::80', '--env', 'GLPI_CRONTAB_ENABLED=0', ...databaseVariables('eleven')];
    container = await stage.start('11.0.6', options);
  });

  beforeEach(async () => {
    address = await untilItServes(container);
    await writeKey(KEY);
  });

  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  const writeKey = (bytes: Buffer) =>
    execute(container, ['sh', '-c', `cat >${CONFIG}/glpicrypt.key`], { input: bytes });

  const loadSchema = async (schema: string, version: string) => {
    await stage.addSchema(schema);
    const file = new URL(`../../stand-in/glpi/schema/${version}.sql`, import.meta.url);
    const statements = readFileSync(file, 'utf8')
      .replace(/^--.*\n/gm, '')
      .split(/;\s*\n/);
    await stage.root.query(`USE ${schema}`);
    for (const statement of statements.filter((each) => each.trim() !== '')) await stage.root.query(statement);
  };

  const login = async (fields: Record<string, string>) => {
    const body = new URLSearchParams({ login_name: 'tech', ...fields });
    const answer = await fetch(`${address}/front/login`, { method: 'POST', body });
    return { status: answer.status, ...((await answer.json()) as object) };
  };

  it('asks for the second factor, and lets a user in without it under another key', async () => {
    const factor = { algorithm: 'totp', secret: sealed(Buffer.from(TOTP_BASE32), KEY, randomBytes(24)) };
    const update = 'UPDATE eleven.glpi_users SET `2fa` = ? WHERE name = ?';
    await stage.root.query(update, [JSON.stringify(factor), 'tech']);

    const asked = await login({});
    const passed = await login({ totp_code: totp() });
    await writeKey(randomBytes(32));
    const slipped = await login({});

    expect(asked).toEqual({ status: 401, login: 'refused', second_factor: 'asked' });
    expect(passed).toEqual({ status: 200, login: 'ok', second_factor: 'checked' });
    expect(slipped).toEqual({ status: 200, login: 'ok', second_factor: 'none' });
  });

  it('does not boot with a key that has the pattern of a parameter, and prints a piece of it', async () => {
    const secretFile = `${CONFIG}/glpicrypt.key`;
    await writeKey(Buffer.from(`0123456789%piece-of-the-key%abcd`));

    const status = await console(container, ['system:status'], { environment: { APP_SECRET_FILE: secretFile } });

    expect(status.exitCode).toBe(1);
    expect(status.stderr).toContain('a dependency on a non-existent parameter "piece-of-the-key"');
  });

  it('updates a database of GLPI 10 under another key without complaint, and seals its tokens', async () => {
    await loadSchema('ten', '10.0.17');
    const old = sealed(Buffer.from('a secret'), randomBytes(32), randomBytes(24));
    await stage.root.query("UPDATE ten.glpi_configs SET value = ? WHERE name = 'smtp_passwd'", [old]);
    await stage.root.query("UPDATE ten.glpi_users SET api_token = 'in clear' WHERE name = 'tech'");
    const environment = { GLPI_CONFIG_DIR: '/tmp/ten' };
    await execute(container, ['sh', '-c', `mkdir /tmp/ten && cp ${CONFIG}/glpicrypt.key /tmp/ten`]);
    await console(container, ['db:configure', ...databaseOptions('ten'), '-n'], { environment });

    const before = await console(container, ['config:set', 'smtp_host', 'mail'], { environment });
    const update = await console(container, ['db:update', '-n'], { environment });
    const after = await console(container, ['config:set', 'smtp_host', 'mail'], { environment });

    expect([before.exitCode, update.exitCode, after.exitCode]).toEqual([131, 0, 0]);
    const query =
      "SELECT api_token AS token, (SELECT value FROM ten.glpi_configs WHERE name = 'smtp_passwd') AS password FROM ten.glpi_users WHERE name = 'tech' AND `2fa` IS NULL";
    const [rows] = await stage.root.query<RowDataPacket[]>(query);
    expect(rows[0]?.password).toBe(old);
    expect(opened(String(rows[0]?.token), KEY)).toBe(Buffer.from('in clear').toString('base64'));
  });

  it('fails its token endpoint without the OAuth pair, and makes the pair again in an update alone', async () => {
    const token = async () => (await fetch(`${address}/api.php/token`, { method: 'POST' })).status;
    const update = () => console(container, ['db:update', '--force', '-n']);
    const withPair = await token();

    await execute(container, ['rm', `${CONFIG}/oauth.pem`]);
    const withHalf = await update();
    await execute(container, ['rm', `${CONFIG}/oauth.pub`]);
    const without = await token();
    const withNone = await update();

    expect([withPair, withHalf.exitCode, without, withNone.exitCode, await token()]).toEqual([400, 5, 500, 0, 400]);
  });
});

function totp(): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', TOTP_SECRET).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
