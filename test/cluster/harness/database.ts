import type { V1Pod, V1Service } from '@kubernetes/client-node';
import { type Connection, createConnection } from 'mysql2/promise';
import { FAST } from '../../stand-in/mariadb/mariadb.ts';
import type { Namespace } from './namespace.ts';
import type { PortForward } from './port-forward.ts';

/** How GLPI and Keykeeper reach it; the password holds what has to be escaped everywhere. */
export const DATABASE = { host: 'database', port: '3306', user: 'glpi', password: "gl pi+p@ss/%w0rd&é'" } as const;
/** Comes in over the forwarded port, from 127.0.0.1; the server's own root has an account for that address already. */
const ADMINISTRATOR = { user: 'stage', password: 'stage' } as const;
const FIRST_STATEMENTS = `CREATE USER '${ADMINISTRATOR.user}'@'%' IDENTIFIED BY '${ADMINISTRATOR.password}';
GRANT ALL ON *.* TO '${ADMINISTRATOR.user}'@'%' WITH GRANT OPTION;
`;

/** The image's programs without its entrypoint, which starts the server twice. */
const SCRIPT = `set -eu
mariadb-install-db --no-defaults --user=mysql --datadir=/data --auth-root-authentication-method=normal --skip-test-db >/dev/null
printf '%s' "$FIRST_STATEMENTS" >/tmp/first.sql
exec mariadbd --no-defaults --user=mysql --datadir=/data --socket=/tmp/mariadb.sock --bind-address=0.0.0.0 --init-file=/tmp/first.sql "$@"`;

/** A MariaDB in the namespace, in memory, with one schema a story. */
export class ClusterDatabase implements AsyncDisposable {
  /** As one who may do everything, over a forwarded port; several statements may be sent at once. */
  readonly root: Connection;
  readonly #forward: PortForward;

  private constructor(root: Connection, forward: PortForward) {
    this.root = root;
    this.#forward = forward;
  }

  /** @param host its name as a service: another one is another database */
  static async start(namespace: Namespace, image: string, host: string = DATABASE.host): Promise<ClusterDatabase> {
    await namespace.apply([podOf(host, image), serviceOf(host)]);
    await namespace.kubectl(['wait', '--for=condition=Ready', `pod/${host}`, '--timeout=120s']);
    const forward = await namespace.forward(`pod/${host}`, 3306);
    const login = { host: '127.0.0.1', port: forward.port, ...ADMINISTRATOR };
    const root = await createConnection({ ...login, multipleStatements: true });
    const { user, password } = DATABASE;
    await root.query(`CREATE USER ${root.escape(user)}@'%' IDENTIFIED BY ${root.escape(password)}`);
    return new ClusterDatabase(root, forward);
  }

  /** Makes a schema that {@link DATABASE}'s user owns. @returns its name */
  async addSchema(schema: string): Promise<string> {
    await this.root.query(`CREATE DATABASE \`${schema}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
    await this.root.query(`GRANT ALL ON \`${schema}\`.* TO '${DATABASE.user}'@'%'`);
    return schema;
  }

  /** Closes what leads to it; the pod goes with its namespace. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.root.destroy();
    await this.#forward[Symbol.asyncDispose]();
  }
}

/** The five variables that GLPI's official image wants, and Keykeeper understands. */
export function databaseVariables(schema: string, host: string = DATABASE.host): { name: string; value: string }[] {
  return [
    { name: 'GLPI_DB_HOST', value: host },
    { name: 'GLPI_DB_PORT', value: DATABASE.port },
    { name: 'GLPI_DB_NAME', value: schema },
    { name: 'GLPI_DB_USER', value: DATABASE.user },
    { name: 'GLPI_DB_PASSWORD', value: DATABASE.password },
  ];
}

function podOf(name: string, image: string): V1Pod {
  const container = {
    name: 'mariadb',
    image,
    imagePullPolicy: 'Never',
    command: ['sh', '-c', SCRIPT, 'sh', ...FAST],
    env: [{ name: 'FIRST_STATEMENTS', value: FIRST_STATEMENTS }],
    ports: [{ containerPort: 3306 }],
    startupProbe: { tcpSocket: { port: 3306 }, periodSeconds: 1, failureThreshold: 60 },
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      containers: [container],
      volumes: [{ name: 'data', emptyDir: { medium: 'Memory' } }],
      terminationGracePeriodSeconds: 1,
      enableServiceLinks: false,
      automountServiceAccountToken: false,
    },
  };
}

function serviceOf(name: string): V1Service {
  const spec = { selector: { app: name }, ports: [{ port: 3306 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
}
