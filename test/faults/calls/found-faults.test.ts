import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../../build/bundle.ts';
import { isAvailable } from '../../integration/files/requirement.ts';
import { straceTrouble } from '../files/traced-write.ts';
import type { Fault } from './fault.ts';
import { cellsOf } from './fault-table.ts';
import { openLane } from './lane.ts';
import { restore } from './operations/restore.ts';
import { playCell } from './play-cell.ts';

/** Calls at which a fault once did harm; the table's sample may pass over them. */
const FOUND: readonly (readonly [string, Fault, string, string])[] = [
  ['brings the OAuth pair back though one look at it was refused', 'EIO', 'statx', 'config/oauth.pem'],
  ['is not ended by a folder of another image that is closed to it', 'EIO', 'statx', '/etc/glpi/config'],
  ['leaves no lease under a temporary name', 'EIO', 'close', 'vault/glpi/*.tmp'],
  ['says what is wrong with the way to the vault', 'EROFS', 'statx', 'vault'],
];

const canTrace = isAvailable('strace', 'the table of faults by system call', straceTrouble());

describe.skipIf(!canTrace)('keykeeper restore', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keykeeper-found-'));

  beforeAll(() => bundle(join(folder, 'program')));

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('meets every one of the faults that once did harm', async () => {
    await using lane = await openLane(restore, join(folder, 'restore'), join(folder, 'program/main.js'));
    const all = cellsOf('restore', lane.usual.calls);

    for (const [sentence, fault, name, subject] of FOUND) {
      const cells = all.filter(({ call, ...cell }) => {
        return cell.fault === fault && call.name === name && call.subject === subject && call.occurrence <= 4;
      });
      expect([sentence, cells.length > 0]).toEqual([sentence, true]);
      for (const cell of cells) expect([sentence, (await playCell(cell, lane)).wrong]).toEqual([sentence, []]);
    }
  });
});
