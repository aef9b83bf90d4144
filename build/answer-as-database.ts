import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import mysql, { type Connection } from 'mysql2';
import { sealValue } from '../src/glpi/value-sealer.ts';

/** Answers as the database of a GLPI with two sealed values, on 127.0.0.1, until it is disposed of. */
export interface AnsweringDatabase extends AsyncDisposable {
  readonly port: number;
  /** Statements that it had no answer to. */
  readonly unanswered: readonly string[];
}

type Cell = string | number | null;

interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const CONFIGS: Readonly<Record<string, string>> = {
  version: '10.0.17',
  dbversion: '10.0.17',
  instance_uuid: 'u'.repeat(40),
  glpi_network_uuid: 'n'.repeat(40),
};
/** Tables whose columns a look wants to know, with one of them that is sealed. */
const TABLES: Readonly<Record<string, string>> = {
  glpi_configs: 'value',
  glpi_mailcollectors: 'passwd',
  glpi_authldaps: 'rootdn_passwd',
  glpi_crontasks: 'name',
};
/** CLIENT_PROTOCOL_41, CLIENT_CONNECT_WITH_DB, CLIENT_TRANSACTIONS, CLIENT_SECURE_CONNECTION, CLIENT_PLUGIN_AUTH and the like. */
const CAPABILITIES = 0x00_08_f7_df;
const UTF8MB4 = 45;
/** The driver's own, which its types leave out: it waits to be logged in to. */
const SERVER_SIDE: object = { isServer: true };

/**
 * While an image is built there is no database, and what V8 makes of a conversation with one is half of a canary's work. So
 * somebody has to answer: what a `sound` GLPI would, to what a quiet `init` asks.
 *
 * @param key 32 bytes, what the values are sealed under
 */
export async function answerAsDatabase(key: Buffer): Promise<AnsweringDatabase> {
  const unanswered: string[] = [];
  const sealed = sealValue(Buffer.from('a secret of nobody'), key);
  const server = createServer((stream) =>
    greet(mysql.createConnection({ ...SERVER_SIDE, stream }), sealed, unanswered),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    unanswered,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

function greet(connection: Connection, sealed: string, unanswered: string[]): void {
  connection.on('error', () => undefined);
  // The driver numbers the packets of one question and its answer; the next question begins anew.
  const answered = () => void Object.assign(connection, { sequenceId: 0 });
  const agree = () => {
    connection.writeOk();
    answered();
  };
  // What it hands on as a statement to prepare is a SET.
  connection.on('stmt_prepare', agree);
  connection.on('query', (sql: string) => {
    if (/^(?:START|COMMIT|ROLLBACK)\b/.test(sql)) return agree();
    const answer = answerTo(sql, sealed);
    if (answer === null) {
      unanswered.push(sql);
      connection.writeError({ code: 1064, message: 'nobody knows' });
      return answered();
    }
    const cells = answer.rows.map((row) => Object.fromEntries(row.map((cell, index) => [answer.columns[index], cell])));
    connection.writeTextResult(
      cells,
      answer.columns.map((name, index) => columnOf(name, answer.rows[0]?.[index] ?? '')),
    );
    answered();
  });
  connection.serverHandshake({
    protocolVersion: 10,
    serverVersion: '5.5.5-10.11.8-MariaDB',
    connectionId: 1,
    statusFlags: 2,
    characterSet: UTF8MB4,
    capabilityFlags: CAPABILITIES,
    authCallback: (_: unknown, done: (error: null) => void) => {
      done(null);
      answered();
    },
  });
}

function answerTo(sql: string, sealed: string): Answer | null {
  if (sql.startsWith('SHOW TABLES')) {
    const names = sql.includes('configs') ? ['glpi_configs'] : Object.keys(TABLES);
    return { columns: ['Tables_in_glpi'], rows: names.map((name) => [name]) };
  }
  if (sql.startsWith('SHOW COLUMNS')) {
    return { columns: ['Field'], rows: ['id', 'context', 'name', 'value'].map((name) => [name]) };
  }
  if (sql.includes('information_schema.columns')) {
    const rows = Object.entries(TABLES).flatMap(([table, column]) => [
      [table, 'id'],
      ...(table === 'glpi_configs'
        ? [
            [table, 'context'],
            [table, 'name'],
          ]
        : []),
      [table, column],
    ]);
    return { columns: ['table_name', 'column_name'], rows };
  }
  if (sql.startsWith('SELECT name, value')) {
    const wanted = Object.entries(CONFIGS).filter(([name]) => sql.includes(`'${name}'`));
    return { columns: ['name', 'value'], rows: wanted };
  }
  if (sql.startsWith('SELECT id, context, name, value')) {
    return { columns: ['id', 'context', 'name', 'value'], rows: [[1, 'core', 'smtp_passwd', sealed]] };
  }
  if (sql.startsWith('SELECT id,')) {
    const asked = /^SELECT (.*?) FROM/.exec(sql)?.[1]?.replaceAll('`', '').split(', ') ?? [];
    return { columns: asked, rows: sql.includes('mailcollectors') ? [[1, ...asked.slice(1).map(() => sealed)]] : [] };
  }
  if (sql.includes(' UNION ALL SELECT ')) {
    const count = sql.split(' UNION ALL ').length;
    return {
      columns: ['0', 'first', 'last', 'counted'],
      rows: Array.from({ length: count }, (_, at) => [at, 1, 1, 1]),
    };
  }
  if (sql.includes('user_privileges')) return { columns: ['1'], rows: [[1]] };
  if (sql.includes('processlist')) return { columns: ['COUNT(*)'], rows: [[0]] };
  if (sql.startsWith('SELECT value')) return { columns: ['value'], rows: [] };
  if (sql.includes('crontasks')) {
    return { columns: ['name', 'state', 'mode', 'frequency', 'lastrun'], rows: [['queuednotification', 1, 2, 60, 1]] };
  }
  return null;
}

function columnOf(name: string, cell: string | number) {
  return {
    catalog: 'def',
    schema: 'glpi',
    table: '',
    orgTable: '',
    name,
    orgName: name,
    characterSet: UTF8MB4,
    columnLength: 1_024,
    columnType: typeof cell === 'number' ? mysql.Types.LONGLONG : mysql.Types.VAR_STRING,
    flags: 0,
    decimals: 0,
  };
}
