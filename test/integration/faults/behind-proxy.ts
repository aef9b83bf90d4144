import type { FaultProxy, Place } from '../../stand-in/fault-proxy/fault-proxy.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';

/** Where this server listens. */
export function placeOf({ host, port, socket }: Mariadb): Place {
  return socket === undefined ? { host, port: port ?? 3306 } : { path: socket };
}

/** The same server as `config_db.php` names it where the way to it leads through the proxy; tests themselves go straight. */
export function behind(proxy: FaultProxy, mariadb: Mariadb): Mariadb {
  return { ...mariadb, dbhost: `127.0.0.1:${proxy.port}` };
}
