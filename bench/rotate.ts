import { startMariadb } from '../test/stand-in/mariadb/start-mariadb.ts';
import { changeKey, createFilledSchema, missingForPeer, peerScene, rowsOf } from './change-key.ts';
import { createInstance } from './instance.ts';
import type { Measured, Program } from './program.ts';
import type { Row } from './row.ts';

const ROWS = 100_000;
const ROUNDS = 3;

/** `rotate` of a hundred thousand values against PHP that moves the same, each once a round, on a server that keeps what it commits. */
export async function measureRotate(program: Program): Promise<Row[]> {
  await using mariadb = await startMariadb({ settings: ['--innodb-flush-log-at-trx-commit=1'] });
  using ours = createInstance(await createFilledSchema(mariadb, 'bench_rotate', ROWS));
  using theirs = peerScene(await createFilledSchema(mariadb, 'bench_change_key', ROWS));
  const settings = { ...ours.environment, KEYKEEPER_SETTLE: '0s' };
  program.time(['init'], settings);
  const missing = await missingForPeer(mariadb);
  const [own, peer]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push(await program.measure(['rotate', '--yes'], settings));
    if (missing === null) peer.push(await changeKey(theirs));
  }
  return rowsOf('`rotate` of 100,000 values', own, peer, missing);
}
