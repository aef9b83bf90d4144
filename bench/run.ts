/**
 * Measures the program beside its peers, on this machine. `--json`: a document instead of the table. `--all`: the slow ones
 * too. `--record`: writes bench/results.json and results.md as well. `--only NAME`: one part, of those below.
 */
import { parseArgs } from 'node:util';
import type { Mariadb } from '../test/stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../test/stand-in/mariadb/start-mariadb.ts';
import { available } from '../test/stand-in/require.ts';
import { measureEvents } from './events.ts';
import { measureIdle } from './idle.ts';
import { measureImage } from './image.ts';
import { type BenchSchema, createSchema } from './instance.ts';
import { describeMachine } from './machine.ts';
import { measureManyRows } from './many-rows.ts';
import { Program } from './program.ts';
import { measureRepair } from './repair.ts';
import { jsonOf, type Part, textOf } from './report.ts';
import { measureRescue } from './rescue.ts';
import { recordResults } from './results.ts';
import { measureRotate } from './rotate.ts';
import type { Row } from './row.ts';
import { measureStartUp } from './start-up.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});

type Measure = (bench: Bench) => Promise<Row[]> | Row[];

interface Bench {
  readonly program: Program;
  /** Null where there is no database to be had. */
  readonly mariadb: Mariadb | null;
  readonly schema: BenchSchema | null;
}

const NO_DATABASE = 'Nothing with a database was measured: there is neither a Docker engine nor a mariadbd.';
const PARTS: Readonly<Record<string, Measure>> = {
  'start-up': ({ program, schema }) => measureStartUp(program, schema),
  repair: ({ program, schema }) => measureRepair(program, schema),
  idle: ({ program, schema }) => measureIdle(program, schema),
  events: ({ program, schema }) => measureEvents(program, schema),
  rotate: ({ program, mariadb }) => (mariadb === null ? [] : measureRotate(program)),
  rescue: ({ program, mariadb }) => (mariadb === null ? [] : measureRescue(program)),
  'many-rows': ({ program, mariadb }) => (mariadb === null ? [] : measureManyRows(program, mariadb)),
  image: async () => ((await available('docker')) ? await measureImage() : []),
};
/** Takes minutes to prepare. */
const SLOW = ['many-rows'];

if (options.only !== undefined && !(options.only in PARTS)) {
  throw new Error(`expected one of ${Object.keys(PARTS).join(', ')} after --only`);
}
const parts = await measure();
if (options.record) recordResults(parts);
process.stdout.write(options.json ? jsonOf(parts) : textOf(parts));

async function measure(): Promise<Part[]> {
  using program = await Program.prepare();
  await using mariadb = (await available('mariadb')) ? await startMariadb() : null;
  const schema = mariadb === null ? null : await createSchema(mariadb, 'bench');
  const parts: Part[] = [];
  for (const [name, measurePart] of Object.entries(PARTS)) {
    if (!wants(name)) continue;
    const machine = describeMachine();
    const at = new Date().toISOString();
    const rows = await measurePart({ program, mariadb, schema });
    parts.push({ name, at, machine, rows, skipped: mariadb === null ? [NO_DATABASE] : [] });
  }
  return parts;
}

function wants(name: string): boolean {
  if (options.only !== undefined) return options.only === name;
  return options.all || !SLOW.includes(name);
}
