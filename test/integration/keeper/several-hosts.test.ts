import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { formatConfigDb } from '../../../src/glpi/format-config-db.ts';
import { sealWithNonce } from '../../../src/glpi/sealed-value.ts';
import { loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { schemaName, scratchInstance } from './scratch-instance.ts';

/** Nothing listens there. */
const SILENT = '127.0.0.1:1';

describe.skipIf(!(await available('mariadb')))('a config_db.php that names several hosts', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('is the same database whichever host answers, in whatever order they are named', async () => {
    const schema = await mariadb.createSchema(schemaName('hosts'));
    using instance = scratchInstance(mariadb, schema);
    const key = randomBytes(32);
    const client = await mariadb.connect({ schema });
    await loadGlpiTables(client, '10.0.17');
    const sealed = sealWithNonce(Buffer.from('a password'), key, randomBytes(24));
    await client.query("UPDATE glpi_configs SET value = ? WHERE name = 'smtp_passwd'", [sealed]);
    await client.end();
    instance.put('glpicrypt.key', key);
    instance.put('config_db.php', configFor([mariadb.dbhost, SILENT], schema));
    await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
    instance.put('config_db.php', configFor([SILENT, mariadb.dbhost], schema));

    const { found } = await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));

    expect({ verdict: found.judgement.verdict, elsewhere: found.judgement.elsewhere }).toEqual({
      verdict: 'sound',
      elsewhere: null,
    });
  });

  function configFor(hosts: readonly string[], schema: string): string {
    const password = new Secret(mariadb.rootPassword);
    return formatConfigDb({ hosts: [...hosts], user: 'root', password, schema, flags: {} }, '10.0.17');
  }
});
