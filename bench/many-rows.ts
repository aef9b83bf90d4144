import type { Mariadb } from '../test/stand-in/mariadb/mariadb.ts';
import { type BenchSchema, createInstance, createSchema, sealedSecret } from './instance.ts';
import type { Program } from './program.ts';
import type { Row } from './row.ts';
import { spreadOf } from './spread.ts';

const FEW = 1_000;
const MANY = 1_000_000;
const ROUNDS = 15;
const UNCOUNTED = 2;

/** `init` before a database with a million secured rows against one with a thousand. */
export async function measureManyRows(program: Program, mariadb: Mariadb): Promise<Row[]> {
  using few = createInstance(await createFilledSchema(mariadb, 'bench_few', FEW));
  using many = createInstance(await createFilledSchema(mariadb, 'bench_many', MANY));
  const times = { few: [] as number[], many: [] as number[] };
  for (let round = -UNCOUNTED; round < ROUNDS; round += 1) {
    const one = program.time(['init'], few.environment);
    const other = program.time(['init'], many.environment);
    if (round < 0) continue;
    times.few.push(one);
    times.many.push(other);
  }
  return [
    {
      what: '`init` on 1,000,000 secured rows',
      against: 'on 1,000',
      unit: 'ms',
      ours: spreadOf(times.many),
      peer: spreadOf(times.few),
      goals: [{ statistic: 'p50', comparison: 'ratio', limit: 2 }],
    },
  ];
}

async function createFilledSchema(mariadb: Mariadb, name: string, rows: number): Promise<BenchSchema> {
  const schema = await createSchema(mariadb, name);
  const client = await mariadb.connect({ schema: name });
  const tokens = Array.from({ length: FEW }, (_, id) => [id, sealedSecret(schema.key)]);
  await client.query('CREATE TEMPORARY TABLE tokens (id INT PRIMARY KEY, token VARCHAR(255) NOT NULL)');
  await client.query('INSERT INTO tokens VALUES ?', [tokens]);
  await client.query(
    `INSERT INTO glpi_users (id, name, api_token)
      SELECT seq, CONCAT('user-', seq), token FROM seq_100_to_${rows + 99} JOIN tokens ON tokens.id = seq % ${FEW}`,
  );
  await client.end();
  return schema;
}
