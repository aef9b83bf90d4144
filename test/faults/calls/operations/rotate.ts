import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { configFor, schemaName } from '../../../integration/keeper/scratch-instance.ts';
import { loadGlpiTables } from '../../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../../stand-in/mariadb/mariadb.ts';
import type { Operation, Scene, State } from '../operation.ts';
import { keysOf } from '../state/judge-state.ts';
import { stripTypes } from '../strip-types.ts';
import { makeFolders, putConfig, runWhole, settingsOf } from './config-files.ts';
import { OWN_IDS } from './own-ids.ts';

/** Preloaded, so that a run makes the same calls each time. */
const PRELOADED = ['sync-here.ts', 'renew-late.ts'];

/** Secrets, and where GLPI keeps them. */
const ROWS = [
  { secret: 'of the mail server', cell: "glpi_configs SET value = ? WHERE context = 'core' AND name = 'smtp_passwd'" },
  { secret: 'of the proxy', cell: "glpi_configs SET value = ? WHERE context = 'core' AND name = 'proxy_passwd'" },
  { secret: 'of a mailbox', cell: "glpi_mailcollectors SET passwd = ? WHERE name = 'a mailbox'" },
] as const;

/** `keykeeper rotate`; what comes next is GLPI's start, with `keykeeper init` before it. */
export function rotateOn(mariadb: Mariadb): Operation {
  return {
    name: 'rotate',
    args: ['rotate', '--yes', '--json'],
    next: ['init', '--json'],
    prepare: async (scene) => await prepareOn(mariadb, scene),
  };
}

/** `keykeeper capture` of a key, and of the sealed values of a database. */
export function captureValuesOn(mariadb: Mariadb): Operation {
  return {
    name: 'capture-values',
    args: ['capture', '--json'],
    prepare: async (scene) => {
      const prepared = await prepareOn(mariadb, scene, { captured: false });
      return {
        ...prepared,
        unfinished: async ({ vault }) => {
          const kept = [...vault.chunks.values()].join('\n');
          const missing = prepared.cells.filter((cell) => !kept.includes(JSON.stringify(cell)));
          return missing.map(() => 'a sealed value was not captured');
        },
      };
    },
  };
}

async function prepareOn(mariadb: Mariadb, scene: Scene, { captured } = { captured: true }) {
  const schema = await mariadb.createSchema(schemaName('calls'));
  const client = await mariadb.connect({ schema });
  await loadGlpiTables(client, '11.0.6');
  await client.query("SET SESSION sql_mode = ''");
  await client.query("INSERT INTO glpi_mailcollectors (name) VALUES ('a mailbox')");
  const key = randomBytes(32);
  const cells = ROWS.map(({ secret }) => seal(secret, key));
  const reset = async () => {
    for (const [index, { cell }] of ROWS.entries()) await client.query(`UPDATE ${cell}`, [cells[index]]);
  };
  await reset();
  makeFolders(scene);
  putConfig(scene, 'config_db.php', configFor(mariadb, schema));
  putConfig(scene, 'glpicrypt.key', key);
  const preloaded = PRELOADED.map((name) => stripTypes(join(import.meta.dirname, '..', name), dirname(scene.root)));
  const environment = settingsOf(scene, {
    KEYKEEPER_DATABASE: 'auto',
    KEYKEEPER_DATABASE_WAIT: '2s',
    NODE_OPTIONS: preloaded.map((path) => `--import ${path}`).join(' '),
  });
  if (captured) await runWhole(scene, ['init', '--json'], environment);
  return {
    ...{ environment, cells, reset },
    identity: null,
    mayBe: (
      path: string,
      { mode, uid, gid, content }: { mode: number; uid: number; gid: number; content: Buffer },
      state: State,
    ) => {
      const isOurs = mode === 0o640 && uid === OWN_IDS.uid && gid === OWN_IDS.gid;
      const kept = [...state.vault.generations.values()].map(({ contents }) => contents['glpicrypt.key']);
      return path === 'config/glpicrypt.key' && isOurs && kept.includes(content.toString('base64'));
    },
    /** File and rows are of one key; the command itself made it a new one. */
    unfinished: async (state: State, moment: 'struck' | 'next') => {
      const live = state.tree.get('config/glpicrypt.key')?.content ?? Buffer.alloc(0);
      const wrong = (await opened(client, [live])).flatMap(({ secret, by }) =>
        by === null ? [`the secret ${secret} does not open under the live key`] : [],
      );
      if (moment === 'struck' && live.equals(key)) wrong.push('the key is the old one');
      return wrong;
    },
    /** Every row opens under a key that is kept, and all rows under the same one. */
    broken: async (state: State) => {
      const keys = [...keysOf(state)].map((each) => Buffer.from(each, 'base64'));
      const found = await opened(client, keys);
      const wrong = found.flatMap(({ secret, by }) => (by === null ? [`the secret ${secret} is lost`] : []));
      if (new Set(found.map(({ by }) => by)).size > 1) wrong.push('some rows are under one key and some under another');
      return wrong;
    },
    [Symbol.asyncDispose]: async () => client.end(),
  };
}

/** Which of the keys opens each row to the secret that is its own. */
async function opened(client: Connection, keys: readonly Buffer[]): Promise<{ secret: string; by: string | null }[]> {
  const found: { secret: string; by: string | null }[] = [];
  for (const { secret, cell } of ROWS) {
    const [, table, column, where] = /^(\w+) SET (\w+) = \? WHERE (.*)$/.exec(cell) ?? [];
    const [rows] = await client.query<RowDataPacket[]>(`SELECT ${column} AS cell FROM ${table} WHERE ${where}`);
    const by = keys.find((key) => open(rows[0]?.cell ?? '', key) === secret);
    found.push({ secret, by: by?.toString('base64') ?? null });
  }
  return found;
}

/** GLPIKey::encrypt: base64 of nonce and sealed text, the nonce is what is authenticated besides (GLPI 9.5 and later). */
function seal(secret: string, key: Buffer): string {
  const nonce = randomBytes(24);
  const sealed = xchacha20poly1305(key, nonce, nonce).encrypt(Buffer.from(secret));
  return Buffer.concat([nonce, sealed]).toString('base64');
}

function open(cell: string, key: Buffer): string | null {
  const bytes = Buffer.from(cell, 'base64');
  const nonce = bytes.subarray(0, 24);
  try {
    return Buffer.from(xchacha20poly1305(key, nonce, nonce).decrypt(bytes.subarray(24))).toString('utf8');
  } catch {
    return null;
  }
}
