import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dockerOutput } from '../test/stand-in/glpi/image.ts';
import type { Mariadb } from '../test/stand-in/mariadb/mariadb.ts';
import { dockerAnswers } from '../test/stand-in/require.ts';
import { type BenchSchema, createSchema, sealedSecret } from './instance.ts';
import type { Measured } from './program.ts';
import type { Row } from './row.ts';
import { spreadOf } from './spread.ts';

export const PEER = 'PHP, row by row as `security:change_key` does';
const AT_ONCE = 5_000;
const [TABLE, COLUMN] = ['glpi_users', 'api_token'];

/** Why PHP cannot be measured on this server; null where it can. */
export async function missingForPeer({ port }: Mariadb): Promise<string | null> {
  if (port === undefined) return 'the server listens on no port that a container reaches';
  return (await dockerAnswers()) ? null : 'no Docker engine answers';
}

/** A schema whose users have so many sealed tokens: ids from 100 on. */
export async function createFilledSchema(mariadb: Mariadb, name: string, rows: number): Promise<BenchSchema> {
  const schema = await createSchema(mariadb, name);
  await sealTokens(schema, rows, schema.key);
  return schema;
}

/** Gives the first so many users a token of their own, sealed under this key; makes them where they are not there. */
export async function sealTokens({ mariadb, name }: BenchSchema, rows: number, key: Buffer): Promise<void> {
  const client = await mariadb.connect({ schema: name });
  for (let start = 0; start < rows; start += AT_ONCE) {
    const users = Array.from({ length: Math.min(AT_ONCE, rows - start) }, (_, index) => {
      return [100 + start + index, `user-${start + index}`, sealedSecret(key)];
    });
    const existing = 'ON DUPLICATE KEY UPDATE api_token = VALUES(api_token)';
    await client.query(`INSERT INTO glpi_users (id, name, api_token) VALUES ? ${existing}`, [users]);
  }
  await client.end();
}

/** A schema, and the folder with the key file that every round replaces. */
export interface PeerScene extends Disposable {
  readonly schema: BenchSchema;
  readonly folder: string;
}

export function peerScene(schema: BenchSchema): PeerScene {
  const folder = mkdtempSync(join(tmpdir(), 'keykeeper-bench-change-key-'));
  writeFileSync(join(folder, 'glpicrypt.key'), schema.key);
  return { schema, folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** One run of PHP over all tokens of the scene. */
export async function changeKey({ schema: { mariadb, name }, folder }: PeerScene): Promise<Measured> {
  const script = join(import.meta.dirname, 'change-key.php');
  const output = await dockerOutput([
    ...['run', '--rm', '--network', 'host', '--env', `DATABASE_PASSWORD=${mariadb.rootPassword}`],
    ...['--volume', `${script}:/change-key.php:ro`, '--volume', `${folder}:/config`, 'php:8.2-cli', 'php'],
    ...['/change-key.php', mariadb.host, String(mariadb.port), 'root', name, TABLE, COLUMN, '/config/glpicrypt.key'],
  ]);
  const { milliseconds, kibibytes } = JSON.parse(output) as { milliseconds: number; kibibytes: number };
  return { milliseconds, mebibytes: kibibytes / 1_024 };
}

/** Time and memory of both as two rows of the table. @param missing why there is no peer */
export function rowsOf(
  what: string,
  own: readonly Measured[],
  peer: readonly Measured[],
  missing: string | null,
): [Row, Row] {
  const shared = { against: PEER, ...(missing === null ? {} : { note: `the peer is not measured: ${missing}` }) };
  const spread = (runs: readonly Measured[], of: keyof Measured) =>
    runs.length === 0 ? null : spreadOf(runs.map((each) => each[of]));
  return [
    {
      ...shared,
      what: `${what}, from start to end, settle time 0`,
      unit: 'ms',
      ours: spreadOf(own.map((each) => each.milliseconds)),
      peer: spread(peer, 'milliseconds'),
      goals: [{ statistic: 'p50', comparison: 'ratio', limit: 0.1 }],
    },
    {
      ...shared,
      what: `the most resident memory of ${what}`,
      unit: 'MiB',
      ours: spreadOf(own.map((each) => each.mebibytes)),
      peer: spread(peer, 'mebibytes'),
      goals: [{ statistic: 'p50', comparison: 'ratio', limit: 1 }],
    },
  ];
}
