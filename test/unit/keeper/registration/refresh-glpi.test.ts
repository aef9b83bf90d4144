import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { absolutePath } from '../../../../src/core/brand.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { type RefreshRequest, refreshGlpi } from '../../../../src/keeper/refresh-glpi.ts';
import { noPlatform } from '../../../../src/platform/none.ts';
import type { ExecOptions, ExecOutcome, Platform } from '../../../../src/platform/platform.ts';
import { TemporaryDirectory } from '../../files/temporary-directory.ts';

const KEY = new Secret('the key');
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');
const ITEM = sha1(`registration_${sha1(KEY.reveal())}_fr_informations`);
const ANSWER = '_cache/core/N/M/sDzbIRAF4CUV40KA1dTg';
const TABLE = '+-----+------+-------------+\n';
const REFUSED = `The GLPI Network registration key is missing or invalid\n${TABLE}`;

const ended = (output = '', exitCode = 0): ExecOutcome => ({
  kind: 'ended',
  exitCode,
  output,
  errors: '',
  cut: false,
});

/** A platform that answers commands by their last telling word, and notes them. */
function platformThat(answers: Readonly<Record<string, ExecOutcome>>) {
  const commands: string[] = [];
  const options: ExecOptions[] = [];
  const platform: Platform = {
    ...noPlatform(),
    name: 'docker',
    async exec(command, given) {
      commands.push(command.join(' '));
      options.push(given);
      const word = Object.keys(answers).find((each) => command.includes(each));
      return answers[word ?? ''] ?? ended();
    },
  };
  return { platform, commands, options };
}

/** Nothing is mounted, and nothing can be run, but for what a test changes. */
function requestOf(changes: Partial<RefreshRequest>): RefreshRequest {
  return {
    platform: noPlatform(),
    root: absolutePath('/var/www/glpi'),
    user: '33:33',
    varDir: absolutePath('/nothing/here'),
    cacheConfig: null,
    version: '10.0.17',
    keys: [KEY],
    answer: 'valid',
    signal: new AbortController().signal,
    ...changes,
  };
}

function cacheAnswer(directory: TemporaryDirectory, path = ANSWER, content = `1795604430\n${ITEM}\na:0:{}`): string {
  const file = directory.at(path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

describe('GLPI is made to see a new answer', () => {
  it('by the file in its cache alone where nothing can be run', async () => {
    using directory = new TemporaryDirectory();
    const file = cacheAnswer(directory);

    const result = await refreshGlpi(requestOf({ varDir: directory.path }));

    expect(result).toMatchObject({ final: true, by: 'file', seen: 'unknown', findings: [] });
    expect(existsSync(file)).toBe(false);
  });

  it('by the file, and is then made to ask where commands can be run', async () => {
    using directory = new TemporaryDirectory();
    cacheAnswer(directory);
    const { platform, commands, options } = platformThat({ 'marketplace:search': ended(TABLE) });

    const result = await refreshGlpi(requestOf({ varDir: directory.path, platform }));

    expect(result).toMatchObject({ final: true, by: 'file', seen: 'valid', findings: [] });
    expect(commands).toEqual([
      'php front/cron.php --force checkAllUpdates',
      'php bin/console marketplace:search zzz --lang=en_GB --no-interaction',
    ]);
    for (const each of options) expect(each).toMatchObject({ user: '33:33', workingDirectory: '/var/www/glpi' });
  });

  it('by its own command where its cache is not to be had', async () => {
    const { platform, commands } = platformThat({ 'marketplace:search': ended(REFUSED) });

    const result = await refreshGlpi(requestOf({ platform, answer: 'invalid' }));

    expect(result).toMatchObject({ final: true, by: 'command', seen: 'invalid', findings: [] });
    expect(commands[0]).toBe('php bin/console cache:clear --no-interaction');
  });

  it.each([
    ['there is no cache', {}],
    [
      'cache.php keeps it in Redis',
      { cacheConfig: "<?php return ['contexts' => ['core' => ['dsn' => 'redis://r']]];" },
    ],
  ])('by its own command where %s', async (_name, changes) => {
    using directory = new TemporaryDirectory();
    if ('cacheConfig' in changes) cacheAnswer(directory);
    const { platform, commands } = platformThat({});

    const result = await refreshGlpi(requestOf({ varDir: directory.path, platform, ...changes }));

    expect(result.by).toBe('command');
    expect(commands[0]).toContain('cache:clear');
  });

  it('in 9.5 by the list of footprints, and is not asked what it sees', async () => {
    using directory = new TemporaryDirectory();
    const list = `{\n    "registration_${sha1(KEY.reveal())}_en_informations": "${sha1('x')}"\n}`;
    const name = `_cache/glpi_cache_db_9.5.6${'0'.repeat(32)}.json`;
    const file = cacheAnswer(directory, name, list);
    const { platform, commands } = platformThat({ '-m': ended('[PHP Modules]\ncurl\nopenssl\n') });

    const result = await refreshGlpi(requestOf({ varDir: directory.path, version: '9.5.6', platform }));

    expect(result).toMatchObject({ by: 'file', seen: 'unknown', findings: [] });
    expect(existsSync(file)).toBe(false);
    expect(commands).toEqual(['php front/cron.php --force checkAllUpdates', 'php -m']);
  });
});

describe('GLPI cannot be made to see a new answer', () => {
  const DENIED: ExecOutcome = { kind: 'denied', message: 'the proxy does not let commands be run' };
  const AWAY: ExecOutcome = { kind: 'unavailable', message: 'the container does not run' };
  const HANGS: ExecOutcome = { kind: 'timed-out', message: 'it did not end' };

  it.each([
    ['no engine', noPlatform(), true],
    ['a proxy that forbids it', platformThat({ '': DENIED, 'cache:clear': DENIED }).platform, true],
    ['a container that does not run', platformThat({ 'cache:clear': AWAY }).platform, false],
    ['a command that hangs', platformThat({ 'cache:clear': HANGS }).platform, false],
    ['a command that fails', platformThat({ 'cache:clear': ended('', 1) }).platform, false],
  ])('with %s: the operator is told the line to run', async (_name, platform, final) => {
    const result = await refreshGlpi(requestOf({ platform }));

    expect(result).toMatchObject({ final, by: 'nothing', seen: 'unknown' });
    expect(result.findings).toMatchObject([
      {
        code: 'glpi-cache-stale',
        severity: 'advice',
        try: 'docker compose exec -u 33:33 -w /var/www/glpi glpi php bin/console cache:clear --no-interaction',
      },
    ]);
  });

  it('as nobody knows who: the line names the usual web user', async () => {
    const { platform, commands } = platformThat({});

    const result = await refreshGlpi(requestOf({ platform, user: null }));

    expect(result.findings).toMatchObject([{ try: expect.stringContaining(' -u www-data ') }]);
    expect(commands).toEqual([]);
  });
});

describe('GLPI that refuses a key which GLPI Network calls valid', () => {
  it.each([
    ['has no curl', '[PHP Modules]\nCore\nopenssl\n', 'glpi-php-module-missing', 'curl'],
    ['has no openssl', '[PHP Modules]\nCore\ncurl\n', 'glpi-php-module-missing', 'openssl'],
    ['has neither', '[PHP Modules]\nCore\n', 'glpi-php-module-missing', 'curl and openssl'],
    ['has what it needs', '[PHP Modules]\ncurl\nopenssl\n', 'glpi-refuses-key', 'registration key'],
  ])('is looked into: its PHP %s', async (_name, modules, code, named) => {
    const { platform } = platformThat({ 'marketplace:search': ended(REFUSED), '-m': ended(modules) });

    const result = await refreshGlpi(requestOf({ platform }));

    const message = expect.stringContaining(named);
    expect(result).toMatchObject({ seen: 'invalid', final: true, findings: [{ code, severity: 'warning', message }] });
  });

  it.each([
    ['a module that its PHP has not', '[PHP Modules]\nopenssl\n', ['glpi-php-module-missing']],
    ['nothing that is missing', '[PHP Modules]\ncurl\nopenssl\n', []],
  ])('is looked into in 9.5 too, which does not tell what it takes its key for: %s', async (_name, modules, codes) => {
    const { platform } = platformThat({ '-m': ended(modules) });

    const result = await refreshGlpi(requestOf({ platform, version: '9.5.6' }));

    expect(result).toMatchObject({ seen: 'unknown', final: true });
    expect(result.findings.map(({ code }) => code)).toEqual(codes);
  });
});
