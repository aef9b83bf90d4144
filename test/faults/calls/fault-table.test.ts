import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../../build/bundle.ts';
import { isAvailable } from '../../integration/files/requirement.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { straceTrouble } from '../files/traced-write.ts';
import { type Extent, playOperation } from './fault-table.ts';
import { OPERATIONS } from './operations.ts';
import { LEGEND, printPlayed, printTable, summaryOf } from './print-table.ts';

/** Each run takes other ones of the calls that only look. */
const OFFSET = Number(process.env.KEYKEEPER_TEST_SEED ?? Date.now() % 2 ** 31);
/**
 * Of so many cells one is played: at calls that only look, or at all. `replace` differs from `restore` in a few calls; with a
 * database a cell takes seconds. No number is a multiple of 7: most calls have seven faults, and the same one would be taken
 * at each of them.
 */
const EXTENTS: Readonly<Record<string, Omit<Extent, 'offset'>>> = {
  restore: { every: 300, thinChanges: false },
  replace: { every: 100, thinChanges: true },
  capture: { every: 300, thinChanges: false },
  reencrypt: { every: 300, thinChanges: false },
  'capture-values': { every: 100, thinChanges: true },
  rotate: { every: 347, thinChanges: true },
};
/** In ms; on two quiet processors all of them take some minutes. */
const TEST_TIME = 1_200_000;
/** A run behind a kill waits three seconds for its lease: more lanes than processors. */
const LANES = 6;

const canTrace = isAvailable('strace', 'the table of faults by system call', straceTrouble());
const hasMariadb = await available('mariadb');

describe.skipIf(!canTrace)('the built program, with a fault at a system call', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keykeeper-calls-'));
  const main = join(folder, 'program/main.js');
  let mariadb: Mariadb | null = null;

  beforeAll(async () => {
    await bundle(join(folder, 'program'));
    if (hasMariadb) mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(OPERATIONS.filter(({ needs }) => needs === 'nothing' || hasMariadb))(
    'loses nothing in a $name, says what it did, and the next run finishes',
    { timeout: TEST_TIME },
    async ({ name, open, needs }) => {
      const extent = { every: 1, thinChanges: true, ...EXTENTS[name], offset: OFFSET };

      const table = await playOperation(open(mariadb), { folder, main, lanes: LANES }, extent);

      process.stderr.write(`\n${printTable(table)}\n${summaryOf(table)}; KEYKEEPER_TEST_SEED=${OFFSET}\n${LEGEND}\n`);
      expect(table.played.filter(({ wrong }) => wrong.length > 0).map(printPlayed)).toEqual([]);
      const struck = new Set(table.played.map(({ cell }) => cell));
      // What is not thinned out is played to the last one.
      const left = table.cells.filter((cell) => !struck.has(cell) && cell.call.changes && !extent.thinChanges);
      expect(left).toEqual([]);
      // Without a database every run makes the same calls, but for what a busy machine has it do besides.
      const unmet = table.played.filter(({ outcome }) => outcome === 'unmet');
      if (needs === 'nothing') expect(unmet.length).toBeLessThanOrEqual(table.played.length / 25);
      expect(table.played.some(({ outcome }) => outcome === 'killed')).toBe(true);
      // Of a few dozen cells it may be that a run recovers from all.
      if (!extent.thinChanges) expect(table.played.some(({ outcome }) => outcome === 'refused')).toBe(true);
    },
  );
});
