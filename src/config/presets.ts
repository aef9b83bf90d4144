import { type AbsolutePath, absolutePath, type Gid, gid, type Uid, uid } from '../core/brand.ts';

/** Names of the environment variables that an image takes its database settings from. */
export interface DatabaseVariables {
  readonly host: string;
  readonly port: string | null;
  readonly name: string;
  readonly user: string;
  readonly password: string;
}

/** What is known of one GLPI image. */
export interface Preset {
  readonly name: string;
  /** The image, stack or chart it belongs to. */
  readonly usedBy: readonly string[];
  /** Accounts that publish it: the part of an image's name before its last, and of its source's address. */
  readonly makers: readonly string[];
  readonly glpiRoot: AbsolutePath;
  readonly configDir: AbsolutePath;
  /** GLPI's `GLPI_VAR_DIR`: caches, sessions, documents. */
  readonly varDir: AbsolutePath;
  /** The user that GLPI runs as; null where the image does not say. */
  readonly uid: Uid | null;
  readonly gid: Gid | null;
  /** Null: the image's GLPI is installed by hand in the browser. */
  readonly databaseVariables: DatabaseVariables | null;
  /** What the rows above rest on. */
  readonly evidence: string;
}

export const OFFICIAL = 'official';

/** The images that people run, the official one first. */
export const PRESETS: readonly Preset[] = [
  preset(OFFICIAL, ['glpi/glpi', 'ghcr.io/glpi-project/glpi'], '/var/www/glpi', '/var/glpi/config', 33, {
    varDir: absolutePath('/var/glpi/files'),
    databaseVariables: variables('GLPI_DB', { port: 'PORT', name: 'NAME' }),
    evidence:
      'entrypoint of the official image: installs itself when GLPI_DB_HOST, _PORT, _NAME, _USER and _PASSWORD are set; runs as www-data (33) and not as root since 2026-01',
  }),
  preset('diouxx', ['diouxx/glpi'], '/var/www/html/glpi', '/var/www/html/glpi/config', 33, {
    varDir: absolutePath('/var/www/html/glpi/files'),
    databaseVariables: null,
    evidence: 'web installer; chown -R to www-data (33) at the first start',
  }),
  preset('fametec', ['fametec/glpi'], '/var/www/html', '/var/www/html/config', 48, {
    varDir: absolutePath('/var/www/html/files'),
    databaseVariables: variables('MARIADB', { port: 'PORT', name: 'DATABASE' }),
    evidence: 'start script: rewrites config_db.php from MARIADB_*, runs security:change_key when the key is missing',
  }),
  preset('eftechcombr', ['eftechcombr/glpi and its Helm chart'], '/var/www/html', '/etc/glpi/config', 82, {
    varDir: absolutePath('/var/lib/glpi'),
    databaseVariables: variables('MARIADB', { port: 'PORT', name: 'DATABASE' }),
    evidence: 'image and Helm chart: MARIADB_*, chown -R and chmod -R a+rw on the config directory',
  }),
  preset('elestio', ['elestio/glpi'], '/var/www/glpi', '/var/glpi/config', 33, {
    varDir: absolutePath('/var/glpi/files'),
    databaseVariables: variables('GLPI_DB', { port: 'PORT', name: 'NAME' }),
    evidence: 'built on the official image',
  }),
  preset('turgon37', ['turgon37/glpi'], '/var/www', '/var/www/config', 82, {
    varDir: absolutePath('/var/www/files'),
    databaseVariables: null,
    evidence: 'no database variables; chown where the owner differs',
  }),
  preset('netresearch', ['the netresearch Compose stack'], '/var/www/glpi', '/etc/glpi', 82, {
    varDir: absolutePath('/var/lib/glpi/files'),
    databaseVariables: variables('GLPI_DB', { port: 'PORT', name: 'NAME' }),
    evidence: 'Compose stack: GLPI_DB_* and GLPI_DB_*_FILE',
  }),
  preset('trikorasolns', ['the trikorasolns Helm chart'], '/var/www/html/glpi', '/etc/glpi', 33, {
    varDir: absolutePath('/var/lib/glpi'),
    databaseVariables: {
      ...variables('GLPI_DB', { port: 'PORT', name: 'NAME' }),
      user: 'GLPI_DB_USER_NAME',
      password: 'GLPI_DB_USER_PASSWORD',
    },
    evidence: 'Helm chart: GLPI_DB_USER_NAME and GLPI_DB_USER_PASSWORD, chown -R at the start',
  }),
  preset('jr0w3', ['jr0w3/docker-glpi'], '/app/glpi', '/app/config', null, {
    varDir: absolutePath('/app/data/files'),
    databaseVariables: variables('MYSQL', { port: null, name: 'DATABASE' }),
    evidence: 'MYSQL_HOST, _DATABASE, _USER and _PASSWORD; chmod -R 775; the user is not documented',
  }),
];

function preset(
  name: string,
  usedBy: readonly string[],
  glpiRoot: string,
  configDir: string,
  id: number | null,
  rest: Pick<Preset, 'varDir' | 'databaseVariables' | 'evidence'>,
): Preset {
  return {
    name,
    usedBy,
    makers: name === OFFICIAL ? ['glpi', 'glpi-project'] : [name],
    glpiRoot: absolutePath(glpiRoot),
    configDir: absolutePath(configDir),
    uid: id === null ? null : uid(id),
    gid: id === null ? null : gid(id),
    ...rest,
  };
}

function variables(prefix: string, { port, name }: { port: string | null; name: string }): DatabaseVariables {
  return {
    host: `${prefix}_HOST`,
    port: port === null ? null : `${prefix}_${port}`,
    name: `${prefix}_${name}`,
    user: `${prefix}_USER`,
    password: `${prefix}_PASSWORD`,
  };
}
