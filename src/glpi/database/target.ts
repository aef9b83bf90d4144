import type { DatabaseSource } from '../../core/observation.ts';
import type { Secret } from '../../core/secret.ts';
import type { DatabaseTls } from '../database-settings.ts';

/** Where GLPI's database is said to be, and by whom. */
export interface DatabaseTarget {
  readonly source: DatabaseSource;
  /** As written in `config_db.php`: `host`, `host:port`, `host:/socket`; tried in turn. */
  readonly hosts: readonly string[];
  readonly user: string;
  readonly password: Secret<string>;
  readonly schema: string;
  /** Set where the settings ask for TLS: then nothing is sent without it. */
  readonly ssl?: DatabaseTls;
}
