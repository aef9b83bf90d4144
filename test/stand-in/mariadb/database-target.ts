import { Secret } from '../../../src/core/secret.ts';
import type { DatabaseTarget } from '../../../src/glpi/database/target.ts';
import type { Login, Mariadb } from './mariadb.ts';

/** How Keykeeper is told of a schema on this server; as root, as GLPI's own settings, unless told otherwise. */
export function databaseTarget(mariadb: Mariadb, schema: string, login: Login = {}): DatabaseTarget {
  const password = new Secret(login.password ?? mariadb.rootPassword);
  return { source: 'config_db.php', hosts: [mariadb.dbhost], user: login.user ?? 'root', password, schema };
}
