import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../stand-in/glpi/engine.ts';
import { dockerOutput, type StandInVersion } from '../../stand-in/glpi/image.ts';
import { configFilesOf, exitCodeOf, logOf, onVolume, stepsOf, untilItServes } from './container.ts';
import { databaseVariables, openStage, type Stage } from './stage.ts';

const KEY = 'base64 -w0 /volume/config/glpicrypt.key';
const PUBLISHED = ['--publish', '127.0.0.1::80', '--env', 'GLPI_CRONTAB_ENABLED=0'];

describe.skipIf(!(await dockerAnswers('the entrypoint of the stand-in')))("the stand-in's entrypoint", () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  for (const version of ['10.0.17', '11.0.6'] satisfies StandInVersion[]) {
    describe(`of GLPI ${version}`, () => {
      const schema = `entrypoint${version.replaceAll('.', '')}`;
      const eleven = version === '11.0.6';
      let volume: string;

      let started: string[] = [];

      const start = async (extra: readonly string[] = []) => {
        const options = ['--volume', `${volume}:/var/glpi`, ...PUBLISHED, ...databaseVariables(schema), ...extra];
        const container = await stage.start(version, options);
        started.push(container);
        return container;
      };

      afterEach(async () => {
        await dockerOutput(['rm', '--force', ...started]);
        started = [];
      });

      beforeAll(async () => {
        await stage.addSchema(schema);
        volume = await stage.addVolume();
        const container = await start();
        await untilItServes(container);
        await dockerOutput(['exec', container, 'bin/console', 'config:set', 'smtp_passwd', 'a secret']);
        await dockerOutput(['rm', '--force', container]);
        await onVolume(volume, 'cp -a /volume/config /volume/good');
      });

      const reset = (script: string) =>
        onVolume(
          volume,
          `rm -rf /volume/config && cp -a /volume/good /volume/config && cd /volume/config && ${script}`,
        );

      it('says its steps, writes key, settings and pair as www-data, and serves', async () => {
        await reset('true');

        const container = await start();

        expect(await (await fetch(`${await untilItServes(container)}/status.php`)).text()).toContain('GLPI_OK');
        expect(await stepsOf(container)).toEqual([
          `glpi: entrypoint started (GLPI ${version}, uid 33)`,
          'glpi: directories are writable',
          'glpi: waiting for the database',
          'glpi: the database is reachable',
          'glpi: installed',
          'glpi: auto-update starts',
          'glpi: auto-update ended with exit code 0',
          'glpi: serving on port 80',
        ]);
        const pair = eleven ? ['oauth.pem 660 33:33', 'oauth.pub 660 33:33'] : [];
        expect(await configFilesOf(container)).toEqual(['config_db.php 644 33:33', 'glpicrypt.key 644 33:33', ...pair]);
      });

      it('stops with 6 and a new key on a lost volume, and at the next start serves dead secrets', async () => {
        await reset('rm -f config_db.php glpicrypt.key oauth.pem oauth.pub');

        const container = await start();
        const exitCode = await exitCodeOf(container);
        const key = await onVolume(volume, KEY);
        await dockerOutput(['start', container]);
        const address = await untilItServes(container);

        expect(exitCode).toBe(6);
        expect(key).not.toBe(await onVolume(volume, 'base64 -w0 /volume/good/glpicrypt.key'));
        expect(await onVolume(volume, KEY)).toBe(key);
        expect(await configFilesOf(container)).toEqual(['config_db.php 644 33:33', 'glpicrypt.key 644 33:33']);
        const page = await (await fetch(`${address}/front/config.form.php`)).text();
        expect(page).toContain('name="smtp_passwd" value=""');
      });

      it('overwrites a key that was restored without config_db.php', async () => {
        await reset('rm config_db.php');

        const exitCode = await exitCodeOf(await start());

        expect(exitCode).toBe(6);
        expect(await onVolume(volume, KEY)).not.toBe(await onVolume(volume, 'base64 -w0 /volume/good/glpicrypt.key'));
      });

      it('keeps a key that www-data cannot write, and stops with 129', async () => {
        await reset('rm config_db.php && chown 0:33 glpicrypt.key && chmod 440 glpicrypt.key');

        const exitCode = await exitCodeOf(await start());

        expect(exitCode).toBe(129);
        expect(await onVolume(volume, KEY)).toBe(await onVolume(volume, 'base64 -w0 /volume/good/glpicrypt.key'));
      });

      it('touches nothing with GLPI_SKIP_AUTOINSTALL, and offers the installer', async () => {
        await reset('rm -f config_db.php glpicrypt.key oauth.pem oauth.pub');

        const address = await untilItServes(await start(['--env', 'GLPI_SKIP_AUTOINSTALL=true']));
        const answer = await fetch(`${address}/front/central.php`, { redirect: 'manual' });

        expect(await onVolume(volume, 'ls -A /volume/config')).toBe('');
        expect([answer.status, answer.headers.get('location')]).toEqual(
          eleven ? [200, null] : [302, '/install/install.php'],
        );
      });

      it('installs nothing when one of the five variables is missing', async () => {
        await reset('rm -f config_db.php glpicrypt.key oauth.pem oauth.pub');

        await untilItServes(await start(['--env', 'GLPI_DB_PORT=']));

        expect(await onVolume(volume, 'ls -A /volume/config')).toBe('');
      });

      it('stops with "Permission denied" where www-data may not write', async () => {
        await reset('rm -rf /volume/config/* && chown 0:0 /volume/config');

        const container = await start();

        expect(await exitCodeOf(container)).toBe(1);
        expect(await logOf(container)).toContain('Permission denied');
        expect(await stepsOf(container)).toHaveLength(1);
      });
    });
  }
});
