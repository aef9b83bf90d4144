import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dockerOutput } from '../test/stand-in/glpi/image.ts';
import type { Mariadb } from '../test/stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../test/stand-in/mariadb/start-mariadb.ts';
import { dockerAnswers } from '../test/stand-in/require.ts';
import { type BenchSchema, createInstance, createSchema, sealedSecret } from './instance.ts';
import type { Measured, Program } from './program.ts';
import type { Row } from './row.ts';
import { spreadOf } from './spread.ts';

const ROWS = 100_000;
const AT_ONCE = 5_000;
const ROUNDS = 3;
const PEER = 'PHP, row by row as `security:change_key` does';
const [TABLE, COLUMN] = ['glpi_users', 'api_token'];

/** `rotate` of a hundred thousand values against PHP that moves the same, each once a round, on a server that keeps what it commits. */
export async function measureRotate(program: Program): Promise<Row[]> {
  await using mariadb = await startMariadb({ settings: ['--innodb-flush-log-at-trx-commit=1'] });
  using ours = createInstance(await createFilledSchema(mariadb, 'bench_rotate'));
  using theirs = peerScene(await createFilledSchema(mariadb, 'bench_change_key'));
  const settings = { ...ours.environment, KEYKEEPER_SETTLE: '0s' };
  program.time(['init'], settings);
  const missing = missingForPeer(mariadb) ?? ((await dockerAnswers()) ? null : 'no Docker engine answers');
  const [own, peer]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push(await program.measure(['rotate', '--yes'], settings));
    if (missing === null) peer.push(await changeKey(theirs));
  }
  const shared = { against: PEER, ...(missing === null ? {} : { note: `the peer is not measured: ${missing}` }) };
  const spread = (runs: readonly Measured[], of: keyof Measured) =>
    runs.length === 0 ? null : spreadOf(runs.map((each) => each[of]));
  return [
    {
      ...shared,
      what: '`rotate` of 100,000 values, from start to end, settle time 0',
      unit: 'ms',
      ours: spreadOf(own.map((each) => each.milliseconds)),
      peer: spread(peer, 'milliseconds'),
      goals: [{ statistic: 'p50', comparison: 'ratio', limit: 0.1 }],
    },
    {
      ...shared,
      what: 'the most resident memory of the same',
      unit: 'MiB',
      ours: spreadOf(own.map((each) => each.mebibytes)),
      peer: spread(peer, 'mebibytes'),
      goals: [{ statistic: 'p50', comparison: 'ratio', limit: 1 }],
    },
  ];
}

function missingForPeer({ port }: Mariadb): string | null {
  return port === undefined ? 'the server listens on no port that a container reaches' : null;
}

async function createFilledSchema(mariadb: Mariadb, name: string): Promise<BenchSchema> {
  const schema = await createSchema(mariadb, name);
  const client = await mariadb.connect({ schema: name });
  for (let start = 0; start < ROWS; start += AT_ONCE) {
    const users = Array.from({ length: AT_ONCE }, (_, index) => {
      return [100 + start + index, `user-${start + index}`, sealedSecret(schema.key)];
    });
    await client.query('INSERT INTO glpi_users (id, name, api_token) VALUES ?', [users]);
  }
  await client.end();
  return schema;
}

/** A schema, and the folder with the key file that every round replaces. */
interface PeerScene extends Disposable {
  readonly schema: BenchSchema;
  readonly folder: string;
}

function peerScene(schema: BenchSchema): PeerScene {
  const folder = mkdtempSync(join(tmpdir(), 'keykeeper-bench-change-key-'));
  writeFileSync(join(folder, 'glpicrypt.key'), schema.key);
  return { schema, folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

async function changeKey({ schema: { mariadb, name }, folder }: PeerScene): Promise<Measured> {
  const script = join(import.meta.dirname, 'change-key.php');
  const output = await dockerOutput([
    ...['run', '--rm', '--network', 'host', '--env', `DATABASE_PASSWORD=${mariadb.rootPassword}`],
    ...['--volume', `${script}:/change-key.php:ro`, '--volume', `${folder}:/config`, 'php:8.2-cli', 'php'],
    ...['/change-key.php', mariadb.host, String(mariadb.port), 'root', name, TABLE, COLUMN, '/config/glpicrypt.key'],
  ]);
  const { milliseconds, kibibytes } = JSON.parse(output) as { milliseconds: number; kibibytes: number };
  return { milliseconds, mebibytes: kibibytes / 1_024 };
}
