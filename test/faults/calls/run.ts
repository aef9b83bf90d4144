import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from '../../../build/bundle.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { type OperationTable, playOperation } from './fault-table.ts';
import { OPERATIONS } from './operations.ts';
import { jsonOf, LEGEND, printPlayed, printTable, summaryOf } from './print-table.ts';

/**
 * `npm run fault-table [-- OPERATION…]`: every fault at every call of the built program's operations, and the table of it;
 * `--from CALL` goes on where a run was ended.
 * Exits with 1 where anything is not as promised.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    every: { type: 'string', default: '1' },
    offset: { type: 'string', default: '0' },
    from: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '4' },
    cells: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !OPERATIONS.some((each) => each.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `no operation "${unknown.join('", "')}". There are: ${OPERATIONS.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}
const chosen = OPERATIONS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const extent = {
  every: Number(values.every),
  offset: Number(values.offset),
  from: Number(values.from),
  thinChanges: true,
};
const folder = mkdtempSync(join(tmpdir(), 'keykeeper-calls-'));
const tables: OperationTable[] = [];

try {
  await bundle(join(folder, 'program'));
  await using mariadb = chosen.some(({ needs }) => needs === 'mariadb') ? await startMariadb() : null;
  const place = { folder, main: join(folder, 'program/main.js'), lanes: Number(values.lanes) };
  for (const { open } of chosen) {
    let done = 0;
    const table = await playOperation(open(mariadb), place, extent, (played, count) => {
      done += 1;
      if (values.cells || played.wrong.length > 0) process.stderr.write(`${printPlayed(played)}\n`);
      else if (done % 100 === 0) process.stderr.write(`${played.cell.operation}: ${done} of ${count} cells\n`);
    });
    tables.push(table);
    if (!values.json) process.stdout.write(`${printTable(table)}\n${summaryOf(table)}\n\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (values.json) process.stdout.write(`${JSON.stringify(tables.flatMap(jsonOf))}\n`);
else process.stdout.write(`${LEGEND}\n`);
process.exitCode = tables.some(({ played }) => played.some(({ wrong }) => wrong.length > 0)) ? 1 : 0;
