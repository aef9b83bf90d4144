import { startMariadb } from '../test/stand-in/mariadb/start-mariadb.ts';
import { changeKey, createFilledSchema, missingForPeer, peerScene, rowsOf } from './change-key.ts';
import { createInstance } from './instance.ts';
import { leastUpdate } from './least-update.ts';
import type { Measured, Program } from './program.ts';
import type { Row } from './row.ts';
import { spreadOf } from './spread.ts';

const ROWS = 100_000;
const ROUNDS = 3;
const LEAST = 'bench_least';

/** `rotate` of a hundred thousand values against PHP that moves the same, each once a round, on a server that keeps what it commits. */
export async function measureRotate(program: Program): Promise<Row[]> {
  await using mariadb = await startMariadb({ settings: ['--innodb-flush-log-at-trx-commit=1'] });
  using ours = createInstance(await createFilledSchema(mariadb, 'bench_rotate', ROWS));
  using theirs = peerScene(await createFilledSchema(mariadb, 'bench_change_key', ROWS));
  const settings = { ...ours.environment, KEYKEEPER_SETTLE: '0s' };
  program.time(['init'], settings);
  const missing = await missingForPeer(mariadb);
  const [own, peer]: [Measured[], Measured[]] = [[], []];
  await createFilledSchema(mariadb, LEAST, ROWS);
  const least: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push(await program.measure(['rotate', '--yes'], settings));
    if (missing === null) peer.push(await changeKey(theirs));
    least.push(await leastUpdate(mariadb, LEAST));
  }
  const [time, memory] = rowsOf('`rotate` of 100,000 values', own, peer, missing);
  const server = {
    what: "the same rows by the server's own work alone: nothing opened, sealed, read back or kept",
    against: time.against,
    unit: 'ms',
    ours: spreadOf(least),
    peer: time.peer,
    goals: [{ statistic: 'p50', comparison: 'ratio', limit: null }],
  } as const;
  return [time, memory, server];
}
