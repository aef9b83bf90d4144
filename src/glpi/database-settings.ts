import type { Secret } from '../core/secret.ts';

export type FlagValue = string | number | boolean | null;

/** Files and ciphers for TLS, as paths in GLPI's own file system (`dbsslkey`, `dbsslcert`, …; GLPI 11). */
export interface DatabaseTls {
  readonly key?: string;
  readonly cert?: string;
  readonly ca?: string;
  /** Directory of PEM files. */
  readonly caPath?: string;
  /** OpenSSL cipher list. */
  readonly cipher?: string;
}

/** What `config_db.php` or `config_db_slave.php` says. */
export interface DatabaseSettings {
  /** As written: `host`, `host:port`, `host:/socket`; at least one. See hostAddress in config-db.ts. */
  readonly hosts: readonly string[];
  readonly user: string;
  /** Decoded; the file holds it rawurlencoded. */
  readonly password: Secret<string>;
  readonly schema: string;
  /** Every other property, in the file's order: `use_utf8mb4`, `allow_signed_keys`, `slave`, … */
  readonly flags: Readonly<Record<string, FlagValue>>;
  /** Set where `dbssl` is on. */
  readonly ssl?: DatabaseTls;
  /** The class is `DBSlave`: the settings of a replica. */
  readonly replica?: true;
}

/** Property names and members of {@link DatabaseTls}. */
export const TLS_PROPERTIES = {
  dbsslkey: 'key',
  dbsslcert: 'cert',
  dbsslca: 'ca',
  dbsslcapath: 'caPath',
  dbsslcacipher: 'cipher',
} as const satisfies Record<string, keyof DatabaseTls>;
