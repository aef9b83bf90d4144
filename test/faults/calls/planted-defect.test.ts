import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../../build/bundle.ts';
import { isAvailable } from '../../integration/files/requirement.ts';
import { straceTrouble } from '../files/traced-write.ts';
import type { Fault } from './fault.ts';
import { cellsOf } from './fault-table.ts';
import { type Lane, openLane } from './lane.ts';
import { capture } from './operations/capture.ts';
import { restore } from './operations/restore.ts';
import { playCell } from './play-cell.ts';

/** How the program writes all of a file, in the bundle's words. */
const WRITES_ALL = /for\(let (written\d*)=0;\1<content\.length;\)\1\+=([$\w.]*writeSync\d*\([^)]*\))/g;

const canTrace = isAvailable('strace', 'the table of faults by system call', straceTrouble());

describe.skipIf(!canTrace)('the table of faults by system call, of a program with a defect', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keykeeper-defect-'));

  beforeAll(() => bundle(join(folder, 'program')));

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['takes half a write for a whole one', 'short', (write: string) => write],
    ['takes a write that failed for a whole one', 'EIO', (write: string) => `try{${write}}catch{}`],
  ] as const)('shows one that %s', async (_, fault, plant) => {
    const main = planted(join(folder, `program-${fault}`), plant);
    for (const operation of [restore, capture]) {
      await using lane = await openLane(operation, join(folder, `${operation.name}-${fault}`), main);

      const wrong = await wrongAtWrites(lane, fault);

      expect(wrong.filter((each) => /neither as it was|is not whole/.test(each))).not.toEqual([]);
    }
  });

  /** A copy of the program in which all files are written in this way. @returns its `main.js` */
  function planted(copy: string, plant: (write: string) => string): string {
    cpSync(join(folder, 'program'), copy, { recursive: true });
    let count = 0;
    for (const name of globSync('*.{js,cjs}', { cwd: copy })) {
      const source = readFileSync(join(copy, name), 'utf8');
      const changed = source.replace(WRITES_ALL, (_match, written: string, write: string) => {
        count += 1;
        return `let ${written}=0;${plant(write)}`;
      });
      if (changed !== source) writeFileSync(join(copy, name), changed);
    }
    expect(count).toBeGreaterThan(1);
    return join(copy, 'main.js');
  }
});

async function wrongAtWrites(lane: Lane, fault: Fault): Promise<string[]> {
  const cells = cellsOf(lane.operation.name, lane.usual.calls).filter(({ call, ...cell }) => {
    return cell.fault === fault && call.name === 'write' && /^(config|vault)$/.test(call.role);
  });
  const wrong: string[] = [];
  for (const cell of cells) wrong.push(...(await playCell(cell, lane)).wrong);
  return wrong;
}
