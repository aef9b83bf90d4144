import { systemCode } from '../../core/failure.ts';
import { ConnectTimeout } from './connect.ts';
import type { Unreachable } from './database.ts';

/** What was tried, for the messages. The password is not among it. */
export interface Attempted {
  /** `host:port` or a socket's path. */
  readonly address: string;
  readonly user: string;
  readonly schema: string;
  /** Milliseconds that the server had to answer. */
  readonly timeout: number;
  /** Whether the settings asked for TLS. */
  readonly tls: boolean;
}

type Explanation = readonly [reason: string, what: string, advice: string];

/**
 * Tells apart why a database cannot be used: `unknown-host`, `refused`, `timeout`, `no-route`, `socket-missing`,
 * `socket-denied`, `lost`, `access-denied`, `account-locked`, `host-not-allowed`, `host-blocked`,
 * `too-many-connections`, `unknown-database`, `schema-denied`, `tls`, `tls-required`, `authentication`, `not-mysql`,
 * `starting`, or `other`.
 */
export function classifyError(error: unknown, attempted: Attempted): Unreachable {
  const code = systemCode(error) ?? '';
  const [reason, what, advice] = explain(code, error, attempted);
  return { kind: 'unreachable', reason, message: `${attempted.address}: ${what}`, try: advice };
}

/** Error numbers of the servers: MariaDB's and MySQL's error code references; 1xxx are the same in both. */
function explain(code: string, error: unknown, attempted: Attempted): Explanation {
  const { user, schema, address } = attempted;
  switch (errorNumber(error)) {
    case 1040:
    case 1203:
    case 1226:
      return [
        'too-many-connections',
        `no connection is free (${serverText(error)})`,
        'wait, or raise max_connections on the database server',
      ];
    case 1044:
    case 1142:
      return [
        'schema-denied',
        `user "${user}" may not use the database "${schema}"`,
        `grant it: GRANT SELECT, UPDATE ON \`${schema}\`.* TO '${user}'@'%'`,
      ];
    case 1045:
    case 1698:
      return [
        'access-denied',
        `user "${user}" or the password is wrong (${serverText(error)})`,
        'check user and password against those in config_db.php',
      ];
    case 1049:
      return [
        'unknown-database',
        `there is no database "${schema}" on this server`,
        'check the name of the database, and that this is the right server',
      ];
    case 1053:
      return ['starting', 'the server is shutting down', 'wait until it is up again'];
    case 1129:
      return [
        'host-blocked',
        'the server blocks this host after too many failed connections',
        'run FLUSH HOSTS (mariadb-admin flush-hosts) on the database server',
      ];
    case 1130:
      return [
        'host-not-allowed',
        'the server does not let this host connect',
        `create the user for this host: CREATE USER '${user}'@'%' …`,
      ];
    case 1820:
    case 1862:
    case 3118:
    case 4151:
      return [
        'account-locked',
        `the account of user "${user}" is locked or its password has expired`,
        'unlock it, or set a new password, on the database server',
      ];
    case 3159:
      return tlsRequired(attempted);
    case 1251:
    case 1275:
    case 1524:
    case 2059:
      return [
        'authentication',
        `the server wants a way to log in that is not known here (${serverText(error)})`,
        `let user "${user}" log in with a password`,
      ];
    default:
      break;
  }
  if (error instanceof ConnectTimeout) return timedOut(error, attempted);
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NONAME':
      return [
        'unknown-host',
        `the host name is not known${code === 'EAI_AGAIN' ? ' (the name server does not answer)' : ''}`,
        'check the name, and that this container is on the network of the database',
      ];
    case 'ECONNREFUSED':
      return address.startsWith('/')
        ? ['refused', 'nothing listens on this socket', 'start the database server']
        : ['refused', 'nothing listens on this port', 'start the database, or correct the port'];
    case 'ETIMEDOUT':
      return timedOut(new ConnectTimeout(false), attempted);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return [
        'no-route',
        `there is no way to this host (${code})`,
        'check that this container is on the network of the database',
      ];
    case 'ENOENT':
    case 'ENOTSOCK':
      return [
        'socket-missing',
        'there is no such socket',
        "mount the server's socket directory into this container, or name a host and port",
      ];
    case 'EACCES':
    case 'EPERM':
      return [
        'socket-denied',
        `the socket may not be opened (${code})`,
        'run as a user that may open it, or name a host and port',
      ];
    case 'ECONNRESET':
    case 'EPIPE':
    case 'PROTOCOL_CONNECTION_LOST':
      return [
        'lost',
        'the server closed the connection before the login was through',
        'look into the log of the database server; wait if it is just starting',
      ];
    case 'HANDSHAKE_NO_SSL_SUPPORT':
      return [
        'tls',
        'TLS is asked for, but the server does not offer it',
        'set up TLS on the server, or take dbssl out of config_db.php',
      ];
    case 'TLS_FILE':
      return [
        'tls',
        `TLS is asked for, but ${textOf(error)}`,
        'mount the file into this container under the path that config_db.php names',
      ];
    case 'AUTH_SWITCH_PLUGIN_ERROR':
      return ['authentication', `the login failed (${textOf(error)})`, `let user "${user}" log in with a password`];
    case 'NOT_MYSQL':
      return ['not-mysql', 'what answers there does not speak the MySQL protocol', 'check the port'];
    case 'ENDLESS_ANSWER':
      return ['not-mysql', 'an answer had no end', 'check address and port: no database server answers so'];
    default:
      break;
  }
  if (code === 'HANDSHAKE_SSL_ERROR' || isTlsCode(code)) {
    return ['tls', `TLS failed (${textOf(error)})`, "check the server's certificate against dbsslca in config_db.php"];
  }
  return ['other', `the connection failed (${textOf(error)})`, 'look into the log of the database server'];
}

function tlsRequired({ tls, user }: Attempted): Explanation {
  const what = tls ? 'the server does not accept this TLS connection' : 'the server accepts TLS connections only';
  return ['tls-required', what, `set $dbssl in config_db.php, or let user "${user}" in without TLS`];
}

function timedOut({ connected }: ConnectTimeout, { timeout }: Attempted): Explanation {
  if (connected) {
    return [
      'timeout',
      `the port answers, but the server said nothing for ${timeout} ms`,
      'check that this is the database port, and that the server is not overloaded',
    ];
  }
  return [
    'timeout',
    `no answer within ${timeout} ms`,
    'check address and firewall, and that this container is on the network of the database',
  ];
}

/** Node's and OpenSSL's own names, such as `CERT_HAS_EXPIRED`, `SELF_SIGNED_CERT_IN_CHAIN`, `ERR_SSL_…`. */
function isTlsCode(code: string): boolean {
  return /CERT|^ERR_(SSL|TLS)_|^UNABLE_TO_|^HANDSHAKE_|^EPROTO$/.test(code);
}

/** The server's error number; undefined for errors that do not come from the server. */
export function errorNumber(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errno' in error)) return undefined;
  return typeof error.errno === 'number' && error.errno > 0 ? error.errno : undefined;
}

function serverText(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'sqlMessage' in error && typeof error.sqlMessage === 'string') {
    return error.sqlMessage;
  }
  return textOf(error);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
