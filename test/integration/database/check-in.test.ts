import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseTarget } from '../../stand-in/mariadb/database-target.ts';
import { loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { openOrFail } from './open-or-fail.ts';

describe.skipIf(!(await available('mariadb')))("GLPI's automatic actions", () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(() => mariadb?.stop());

  it.each(['9.5.6', '10.0.17', '11.0.6'] as const)(
    'of %s: which ran last, and how the daily check fares',
    async (version) => {
      const schema = await mariadb.createSchema(`check_in_${version.replaceAll('.', '_')}`);
      const connection = await mariadb.connect({ schema });
      await loadGlpiTables(connection, version);
      await using database = await openOrFail(databaseTarget(mariadb, schema));

      const fresh = await database.readCheckIn();
      await connection.query("UPDATE glpi_crontasks SET lastrun = FROM_UNIXTIME(1767225600) WHERE name = 'mailgate'");
      await connection.query(
        "UPDATE glpi_crontasks SET lastrun = FROM_UNIXTIME(1767000000), state = 0, mode = 1 WHERE name = 'checkAllUpdates'",
      );
      await connection.end();
      const later = await database.readCheckIn();

      const daily = { enabled: true, mode: 'external', frequency: 86_400, lastRun: null };
      expect(fresh).toEqual({ lastRun: null, daily });
      expect(later).toEqual({
        lastRun: '2026-01-01T00:00:00.000Z',
        daily: { ...daily, enabled: false, mode: 'internal', lastRun: '2025-12-29T09:20:00.000Z' },
      });
    },
  );

  it('are not known where there is no such table, and nothing else is lost for it', async () => {
    const schema = await mariadb.createSchema('check_in_without');
    const connection = await mariadb.connect({ schema });
    await loadGlpiTables(connection, '10.0.17');
    await connection.query('DROP TABLE glpi_crontasks');
    await connection.end();
    await using database = await openOrFail(databaseTarget(mariadb, schema));

    expect(await database.readCheckIn()).toBe(null);
    expect((await database.identify()).version).toBe('10.0.17');
  });
});
