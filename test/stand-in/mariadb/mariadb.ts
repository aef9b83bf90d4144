import type { Connection } from 'mysql2/promise';

export interface Login {
  readonly user?: string;
  readonly password?: string;
  readonly schema?: string;
}

export interface MariadbOptions {
  /** More arguments for mariadbd. */
  readonly settings?: readonly string[];
  /** PEM files with which the server offers TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** A server that was shut down (`SHUTDOWN`) starts again at the same address with what it held, for a day at most. */
  readonly returns?: boolean;
}

/** A MariaDB server of this test alone. Disposing it removes every trace. */
export interface Mariadb extends AsyncDisposable {
  /** `127.0.0.1`, with `port`; or `localhost`, with `socket`. */
  readonly host: string;
  readonly port?: number;
  readonly socket?: string;
  /** The same as GLPI's `config_db.php` writes it: `127.0.0.1:32768`, `localhost:/tmp/…/mariadb.sock`. */
  readonly dbhost: string;
  /** Of `root`, from anywhere. */
  readonly rootPassword: string;
  /** As root unless told otherwise; several statements may be sent at once. */
  connect(login?: Login): Promise<Connection>;
  /** Creates an empty schema (utf8mb4). @returns its name */
  createSchema(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** What a started server needs to become a {@link Mariadb}. */
export interface Started {
  readonly address: { readonly host: string; readonly port: number } | { readonly socketPath: string };
  /** Ends the server and removes what it left. */
  readonly end: () => Promise<void>;
  /** What the server said, for when it does not come up. */
  readonly log: () => Promise<string>;
  readonly rootPassword: string;
}

/** Arguments for a server that forgets everything at its end: nothing waits for a disk. */
export const FAST = [
  '--skip-name-resolve',
  '--skip-log-bin',
  '--debug-no-sync',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-buffer-pool-size=64M',
  '--character-set-server=utf8mb4',
] as const;

/** Read by the server at its start, one statement a line. */
export function firstStatements(rootPassword: string): string {
  return [
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${rootPassword}';`,
    `CREATE USER IF NOT EXISTS 'root'@'%' IDENTIFIED BY '${rootPassword}';`,
    "GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;",
    '',
  ].join('\n');
}

export function tlsArguments({ tls }: MariadbOptions): string[] {
  return tls === undefined ? [] : [`--ssl-cert=${tls.cert}`, `--ssl-key=${tls.key}`];
}
