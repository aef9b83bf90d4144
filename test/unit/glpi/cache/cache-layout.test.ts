import { expect, it } from 'vitest';
import { answerNames } from '../../../../src/glpi/cache/answer-names.ts';
import { cacheLayout, cachesElsewhere } from '../../../../src/glpi/cache/cache-layout.ts';

const NAMES = answerNames([]);

/** Whether a path below the var directory leads to a file that is looked at. */
function isOnTheWay(version: string, path: string): boolean {
  const { directories, file } = cacheLayout(version, NAMES);
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  return parts.length === directories.length && directories.every((fits, at) => fits(parts[at] ?? '')) && file(name);
}

const NINE = '_cache/glpi_cache_db_9.5.60123456789abcdef0123456789abcdef.json';
const TEN = '_cache/core/N/M/sDzbIRAF4CUV40KA1dTg';
const ELEVEN = '_cache/11.0.6-1a2b3c4d-production/core/N/-/sDzbIRAF4CUV40KA1dTg';

it.each([
  ['9.5.6', NINE, [TEN, ELEVEN, '_cache/glpi_cache_trans_9.5.6.json', '_sessions/glpi_cache_db_1.json']],
  ['10.0.17', TEN, [NINE, ELEVEN, '_cache/translations-10.0.17/N/M/x', '_cache/core/NM/x', '_cache/core/N/M/.x']],
  ['11.0.6', ELEVEN, [NINE, TEN, '_cache/11.0.6-1a2b3c4d-production/app/N/M/x', '_tmp/11.0.6-1-a/core/N/M/x']],
])('GLPI %s keeps its answers in files like %s alone', (version, path, others) => {
  const seen = [path, ...others].map((each) => isOnTheWay(version, each));

  expect(seen).toEqual([true, ...others.map(() => false)]);
});

it.each([
  ['10.0.17', '_cache/helpdesk-core/N/M/x'],
  ['11.0.6', '_cache/11.0.0-rc1-1a2b3c4d-staging/helpdesk-core/N/M/x'],
])('GLPI %s may have a prefix before its cache, as in %s', (version, path) => {
  expect(isOnTheWay(version, path)).toBe(true);
});

it('knows from cache.php when the answers are not in files', () => {
  const redis = "<?php\nreturn array (\n  'contexts' => array (\n    'core' => array ('dsn' => 'redis://cache')));\n";
  const plugin = "<?php\nreturn ['contexts' => ['plugin:fields' => ['dsn' => 'redis://cache']]];\n";

  expect([redis, plugin, null].map(cachesElsewhere)).toEqual([true, false, false]);
});
