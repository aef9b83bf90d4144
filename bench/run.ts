/**
 * Measures the program beside its peers, on this machine, in one run. `--json`: a document instead of the table. `--all`:
 * the slow ones too. `--record`: writes bench/results.md as well. `--only start-up|repair|idle|rotate`: one part.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startMariadb } from '../test/stand-in/mariadb/start-mariadb.ts';
import { available } from '../test/stand-in/require.ts';
import { measureIdle } from './idle.ts';
import { createSchema } from './instance.ts';
import { describeMachine } from './machine.ts';
import { measureManyRows } from './many-rows.ts';
import { Program } from './program.ts';
import { measureRepair } from './repair.ts';
import { jsonOf, markdownOf, type Report, textOf } from './report.ts';
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

const report = await measure();
if (options.record) writeFileSync(join(import.meta.dirname, 'results.md'), markdownOf(report));
process.stdout.write(options.json ? jsonOf(report) : textOf(report));

async function measure(): Promise<Report> {
  const machine = describeMachine();
  const rows: Row[] = [];
  const skipped: string[] = [];
  using program = new Program();
  await using mariadb = (await available('mariadb')) ? await startMariadb() : null;
  const schema = mariadb === null ? null : await createSchema(mariadb, 'bench');
  if (mariadb === null)
    skipped.push('Nothing with a database was measured: there is neither a Docker engine nor a mariadbd.');
  if (wants('start-up')) rows.push(...measureStartUp(program, schema));
  if (wants('repair')) rows.push(...(await measureRepair(program, schema)));
  if (wants('idle')) rows.push(...(await measureIdle(program, schema)));
  if (wants('rotate') && mariadb !== null) rows.push(...(await measureRotate(program)));
  if (options.all && mariadb !== null) rows.push(...(await measureManyRows(program, mariadb)));
  return { at: new Date().toISOString(), machine, rows, skipped };
}

function wants(part: 'start-up' | 'repair' | 'idle' | 'rotate'): boolean {
  return options.only === undefined || options.only === part;
}
