import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../stand-in/glpi/engine.ts';
import { console, STAND_IN_VERSIONS, type StandInVersion } from '../../stand-in/glpi/image.ts';
import { opened, sealed } from './recording.ts';
import { CONFIG, type Instance, install, shell, writeKey } from './replay.ts';
import { DATABASE, databaseOptions, openStage, type Stage } from './stage.ts';

const KEY = Buffer.alloc(32, 7);
const SECRET = 'a secret';
const SEALED = sealed(Buffer.from(SECRET), KEY, Buffer.alloc(24, 1));

/** The recorded file, with this stage's host, password and schema in the place of the recorded ones. */
function recordedConfig(version: StandInVersion, schema: string): string {
  const recorded = readFileSync(new URL(`../../fixtures/config_db-${version}.php.txt`, import.meta.url), 'utf8');
  const password = encodeURIComponent(DATABASE.password).replaceAll("'", '%27');
  return recorded
    .replace(/(\$dbhost +=) '.*'/, `$1 '${DATABASE.host}:${DATABASE.port}'`)
    .replace(/(\$dbpassword +=) '.*'/, `$1 '${password}'`)
    .replace(/(\$dbdefault +=) '.*'/, `$1 '${schema}'`);
}

type Fate = 'kept' | 'resealed' | 'garbled';
interface Outcome {
  readonly exitCode: number;
  readonly key: 'kept' | 'new' | 'absent';
  readonly row: Fate;
}

describe.skipIf(!(await dockerAnswers('the console of the stand-in')))("the stand-in's console", () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  for (const version of STAND_IN_VERSIONS) {
    describe(`of GLPI ${version}`, () => {
      let instance: Instance;

      beforeAll(async () => {
        instance = await install(stage, version);
        await stage.root.query(`USE \`${instance.schema}\``);
      });

      const choose = <T>(nine: T, ten: T, eleven: T): T =>
        version === '9.5.6' ? nine : version === '10.0.17' ? ten : eleven;

      /** Runs a command on an instance with one sealed value, after `script` has changed its configuration directory. */
      const outcome = async (script: string, args: readonly string[], key: Buffer = KEY): Promise<Outcome> => {
        await stage.root.query(`USE \`${instance.schema}\``);
        await stage.root.query("UPDATE glpi_configs SET value = ? WHERE name = 'smtp_passwd'", [SEALED]);
        await shell(instance, `rm -rf ${CONFIG} && cp -a /var/glpi/before ${CONFIG}`);
        await writeKey(instance, key);
        await shell(instance, `cd ${CONFIG} && ${script}`);
        const { exitCode } = await console(instance.container, args);
        const { stdout } = await shell(instance, `base64 -w0 ${CONFIG}/glpicrypt.key 2>/dev/null || true`);
        const after = Buffer.from(stdout, 'base64');
        const [rows] = await stage.root.query<RowDataPacket[]>(
          "SELECT value FROM glpi_configs WHERE name = 'smtp_passwd'",
        );
        const value = String(rows[0]?.value);
        const plaintext = opened(value, after.length === 32 ? after : KEY);
        const row =
          value === SEALED ? 'kept' : plaintext === Buffer.from(SECRET).toString('base64') ? 'resealed' : 'garbled';
        return { exitCode, key: stdout === '' ? 'absent' : after.equals(key) ? 'kept' : 'new', row };
      };

      it('installs over config_db.php and a good key as that version does', async () => {
        expect(await outcome('true', ['db:install', '-n'])).toEqual({
          exitCode: 6,
          ...choose<Omit<Outcome, 'exitCode'>>(
            { key: 'kept', row: 'kept' },
            { key: 'new', row: 'resealed' },
            { key: 'new', row: 'kept' },
          ),
        });
      });

      it('installs over config_db.php without a key as that version does', async () => {
        const expected = { exitCode: 6, key: 'new', row: choose('garbled', 'garbled', 'kept') };

        expect(await outcome('rm glpicrypt.key', ['db:install', '-n'])).toEqual(expected);
      });

      it('touches nothing when --db options meet a config_db.php, and leaves with 3', async () => {
        const args = ['db:install', ...databaseOptions(instance.schema), '-n'];

        expect(await outcome('true', args)).toEqual({ exitCode: 3, key: 'kept', row: 'kept' });
      });

      it('changes a key of a wrong length as that version does, and leaves with 1', async () => {
        const expected = { exitCode: 1, key: choose('new', 'kept', 'kept'), row: 'kept' };

        expect(await outcome('true', ['security:change_key', '-n'], randomBytes(31))).toEqual(expected);
      });

      it('refuses to update without a key, with 2, and does not notice another key', async () => {
        const withoutKey = await outcome('rm glpicrypt.key', ['db:update', '--force', '-n']);
        const withAnother = await outcome('true', ['db:update', '-n'], randomBytes(32));

        expect(withoutKey).toEqual({ exitCode: 2, key: 'absent', row: 'kept' });
        expect(withAnother).toEqual({ exitCode: 0, key: 'kept', row: 'kept' });
      });

      it('rebuilds config_db.php without touching the key', async () => {
        const args = ['db:configure', ...databaseOptions(instance.schema), '-n'];

        const configured = await outcome('rm config_db.php', args);

        expect(configured).toEqual({ exitCode: 0, key: 'kept', row: 'kept' });
        const { stdout } = await shell(instance, `cat ${CONFIG}/config_db.php`);
        expect(stdout).toBe(recordedConfig(version, instance.schema));
      });

      it('keeps white space and quotes of a secret as that version does', async () => {
        await outcome('true', ['config:set', 'smtp_passwd', `it's a \\ "word"`]);

        const query = "SELECT value FROM glpi_configs WHERE name = 'smtp_passwd'";
        const [rows] = await stage.root.query<RowDataPacket[]>(query);
        const plaintext = Buffer.from(opened(String(rows[0]?.value), KEY) ?? '', 'base64').toString();
        const escaped = `it\\'s a \\\\ \\"word\\"`;
        expect(plaintext).toBe(choose(escaped, escaped, `it's a \\ "word"`));
      });

      it('lets root run it before 11 alone', async () => {
        const refused = await console(instance.container, ['system:status'], { user: '0' });
        const allowed = await console(instance.container, ['system:status', '--allow-superuser'], { user: '0' });

        expect([refused.exitCode, allowed.exitCode]).toEqual(choose([0, 1], [0, 1], [1, 0]));
      });
    });
  }
});
