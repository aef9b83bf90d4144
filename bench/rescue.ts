import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Mariadb } from '../test/stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../test/stand-in/mariadb/start-mariadb.ts';
import { changeKey, createFilledSchema, missingForPeer, peerScene, rowsOf, sealTokens } from './change-key.ts';
import { type BenchInstance, type BenchSchema, createInstance } from './instance.ts';
import type { Measured, Program } from './program.ts';
import type { Row } from './row.ts';

/** Left under the old key; one more is under the new one, so that this is the key that stays. */
const LEFT = 49_999;
const MOVED = LEFT + 2;
const ROUNDS = 3;
const SCHEMA = 'bench_rescue';

/**
 * `rescue` on a hundred thousand values of which `security:change_key` moved one half before it was stopped, against PHP
 * that moves as many as were left.
 */
export async function measureRescue(program: Program): Promise<Row[]> {
  await using mariadb = await startMariadb({ settings: ['--innodb-flush-log-at-trx-commit=1'] });
  const schema = await createFilledSchema(mariadb, SCHEMA, LEFT + MOVED);
  using ours = createInstance(schema);
  using theirs = peerScene(await createFilledSchema(mariadb, 'bench_change_key', LEFT));
  const settings = { ...ours.environment, KEYKEEPER_SETTLE: '0s' };
  program.time(['init'], settings);
  await stopHalfWay(schema, ours);
  const missing = await missingForPeer(mariadb);
  const [own, peer]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    await putBack(mariadb);
    own.push(await program.measure(['rescue', '--yes'], settings));
    if (missing === null) peer.push(await changeKey(theirs));
  }
  return rowsOf('`rescue` of 49,999 values among 100,000', own, peer, missing);
}

/** As the key file and the rows are then; the rows are remembered for each round. */
async function stopHalfWay(schema: BenchSchema, { keyPath }: BenchInstance): Promise<void> {
  const key = randomBytes(32);
  writeFileSync(keyPath, key);
  await sealTokens(schema, MOVED, key);
  const client = await schema.mariadb.connect({ schema: SCHEMA });
  await client.query('CREATE TABLE bench_accident (PRIMARY KEY (id)) SELECT id, api_token FROM glpi_users');
  await client.end();
}

async function putBack(mariadb: Mariadb): Promise<void> {
  const client = await mariadb.connect({ schema: SCHEMA });
  await client.query('UPDATE glpi_users u JOIN bench_accident b USING (id) SET u.api_token = b.api_token');
  await client.end();
}
