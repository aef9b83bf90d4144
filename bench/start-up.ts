import { type BenchInstance, type BenchSchema, createInstance } from './instance.ts';
import { leastCanary } from './least-canary.ts';
import type { Program } from './program.ts';
import type { Row } from './row.ts';
import { spreadOf } from './spread.ts';

const ROUNDS = 40;
/** Rounds before it counts: files into memory, the vault filled, access put right. */
const UNCOUNTED = 3;
const PEER = 'node -e 0';

/**
 * `init` with nothing to do against a Node that does nothing, each once a round.
 *
 * @param schema null: the row with the database is left out
 */
export async function measureStartUp(program: Program, schema: BenchSchema | null): Promise<Row[]> {
  using alone = createInstance(null);
  using asked = schema === null ? null : createInstance(schema);
  using least = schema === null ? null : await leastCanary(program, schema);
  const times = { peer: [] as number[], alone: [] as number[], asked: [] as number[], least: [] as number[] };
  for (let round = -UNCOUNTED; round < ROUNDS; round += 1) {
    const peer = program.timeNode(['-e', '0'], alone.environment);
    const one = program.time(['init'], alone.environment);
    const other = asked === null ? null : program.time(['init'], asked.environment);
    const driver = least?.time() ?? null;
    if (round < 0) continue;
    times.peer.push(peer);
    times.alone.push(one);
    if (other !== null) times.asked.push(other);
    if (driver !== null) times.least.push(driver);
  }
  const shared = { against: PEER, unit: 'ms', peer: spreadOf(times.peer) } as const;
  const rows: Row[] = [
    {
      ...shared,
      what: '`init`, nothing to do, no database',
      ours: spreadOf(times.alone),
      goals: [{ statistic: 'p50', comparison: 'ratio', limit: 1.5 }],
    },
  ];
  if (asked === null) return rows;
  return [
    ...rows,
    {
      ...shared,
      what: '`init`, nothing to do, with the database canary',
      ours: spreadOf(times.asked),
      goals: [{ statistic: 'p50', comparison: 'ratio', limit: 2.5 }],
    },
    {
      ...shared,
      what: 'the driver alone: logs in, asks for one row, ends; nothing looked at, judged or kept',
      ours: spreadOf(times.least),
      goals: [{ statistic: 'p50', comparison: 'ratio', limit: null }],
    },
  ];
}

/** The container's health check against a Node that does nothing. `instance` has a watch that answers. */
export function measureHealthCheck(program: Program, instance: BenchInstance, http: string): Row {
  const peer: number[] = [];
  const ours: number[] = [];
  for (let round = -UNCOUNTED; round < ROUNDS / 2; round += 1) {
    const one = program.timeNode(['-e', '0'], instance.environment);
    const other = program.time(['healthcheck'], { ...instance.environment, KEYKEEPER_HTTP: http });
    if (round < 0) continue;
    peer.push(one);
    ours.push(other);
  }
  return {
    what: '`healthcheck` of a running watch',
    against: PEER,
    unit: 'ms',
    ours: spreadOf(ours),
    peer: spreadOf(peer),
    goals: [{ statistic: 'p50', comparison: 'ratio', limit: null }],
  };
}
