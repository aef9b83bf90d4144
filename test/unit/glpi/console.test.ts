import { describe, expect, it } from 'vitest';
import {
  checkUpdatesCommand,
  clearCacheCommand,
  missingModules,
  operatorLine,
  readMarketplaceSearch,
  searchMarketplaceCommand,
} from '../../../src/glpi/console.ts';

const TABLE = '+-----+------+-------------+\n| Key | Name | Description |\n+-----+------+-------------+\n';
const REFUSED = 'The GLPI Network registration key is missing or invalid\n';
const OPTIONAL = 'Some optional system requirements are missing. Run the "…" command for more details.\n';

describe("GLPI's console", () => {
  it.each([
    ['9.5.6', 'glpi:system:clear_cache'],
    ['10.0.17-dev', 'cache:clear'],
    ['11.0.6', 'cache:clear'],
  ])('of %s clears its cache by %s', (version, name) => {
    expect(clearCacheCommand(version)).toEqual(['php', 'bin/console', name, '--no-interaction']);
  });

  it('tells whether it takes its key for valid from 10 on', () => {
    const commands = ['9.5.6', '10.0.17', '11.0.6'].map(searchMarketplaceCommand);

    const asked = expect.arrayContaining(['marketplace:search', '--lang=en_GB']);
    expect(commands).toEqual([null, asked, asked]);
  });

  it.each([
    ['valid', 0, TABLE],
    ['valid', 0, OPTIONAL + TABLE],
    ['invalid', 0, REFUSED + TABLE],
    ['invalid', 0, OPTIONAL + REFUSED + TABLE],
    ['unknown', 1, 'Access to the marketplace CLI commands is disallowed by the GLPI configuration\n'],
    ['unknown', 1, TABLE],
    ['unknown', 0, ''],
    ['unknown', 0, 'PHP Fatal error: Uncaught TypeError\n'],
  ])('says %s when it exits %i with %j', (expected, exitCode, output) => {
    expect(readMarketplaceSearch({ exitCode, output })).toBe(expected);
  });

  it('misses the modules of PHP that are not in its list, whatever their case and line ends', () => {
    const complete = missingModules({ exitCode: 0, output: '[PHP Modules]\r\ncURL\r\nOpenSSL\r\n' });
    const bare = missingModules({ exitCode: 0, output: '[PHP Modules]\nCore\nopenssl\n' });
    const failed = missingModules({ exitCode: 127, output: '' });

    expect([complete, bare, failed]).toEqual([[], ['curl'], []]);
  });

  it('is reached by one line, by the name of the container where that is known', () => {
    const place = { root: '/var/www/glpi', user: '33:33' };

    const known = operatorLine(clearCacheCommand('11.0.6'), { ...place, container: 'helpdesk-glpi-1' });
    const unknown = operatorLine(checkUpdatesCommand(), { ...place, container: null });

    expect(known).toBe(
      'docker exec -u 33:33 -w /var/www/glpi helpdesk-glpi-1 php bin/console cache:clear --no-interaction',
    );
    expect(unknown).toBe(
      'docker compose exec -u 33:33 -w /var/www/glpi glpi php front/cron.php --force checkAllUpdates',
    );
  });

  it('is reached by one line in a pod too, where the container has its user already', () => {
    const place = {
      root: '/var/www/glpi',
      user: '33:33',
      container: 'glpi',
      pod: { namespace: 'desk', name: 'glpi-0' },
    };

    const line = operatorLine(clearCacheCommand('11.0.6'), place);

    expect(line).toBe(
      "kubectl exec --namespace desk glpi-0 --container glpi -- sh -c 'cd /var/www/glpi && php bin/console cache:clear --no-interaction'",
    );
  });
});
