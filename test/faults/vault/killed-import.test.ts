import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useWorker } from '../../integration/vault/use-worker.ts';
import { startVaultProcess, type WorkerOrder } from '../../integration/vault/vault-process.ts';
import { contentsOf, exportFolder, exportTo, importFrom } from '../../unit/vault/archive/archive-of.ts';
import { draftOf, entryOf } from '../../unit/vault/draft-of.ts';
import { type TemporaryVault, temporaryVault } from '../../unit/vault/temporary-vault.ts';

const KILLS = 60;
/** On a slow machine there are fewer kills, not a longer test; in ms. */
const ENOUGH = 30_000;
/** Generations that are exported, one a day. */
const EXPORTED = 25;

const worker = useWorker();

describe('an import that is killed at a random moment', () => {
  it('leaves a whole vault with the right newest generation, and the next one takes in the rest', async () => {
    using there = temporaryVault();
    using folder = exportFolder();
    await fill(
      there,
      'there',
      Array.from({ length: EXPORTED }, (_, day) => day * 2),
    );
    await exportTo(folder.file, await there.open());
    const budget: Budget = { until: performance.now() + ENOUGH, kills: 0, partial: 0, longest: 400 };

    while (budget.kills < KILLS && performance.now() < budget.until) await killUntilDone(folder.file, there, budget);
    process.stderr.write(`killed ${budget.kills} imports, ${budget.partial} of them with a part taken in\n`);

    expect(budget.partial).toBeGreaterThan(0);
  });
});

interface Budget {
  readonly until: number;
  kills: number;
  /** How many imports had written some generations and not all. */
  partial: number;
  /** How long an import takes here, in ms, about. */
  longest: number;
}

/** Days between those of the export, and one after all of them: generations of this vault have to move. */
const OWN_DAYS = [1, 21, 41, 99];

async function killUntilDone(file: string, there: TemporaryVault, budget: Budget): Promise<void> {
  using here = temporaryVault();
  await fill(here, 'here', OWN_DAYS);
  const own = await contentsOf(await here.open());
  const union = [...own, ...(await contentsOf(await there.open()))].sort();
  for (let tries = 0; tries < 12; tries += 1) {
    const done = await killAfter({ task: 'import', path: here.path, name: file, count: 1, recipients: [] }, budget);
    // Twice as often too early as too late: the moments in the middle are sought.
    budget.longest *= done ? 0.8 : 1.1;
    const left = await contentsOf(await here.open());
    if (left.length > own.length && left.length < union.length) budget.partial += 1;
    expect(left.at(-1)).toBe(own.at(-1));
    expect(left).toEqual(expect.arrayContaining(own));
    expect(readdirSync(here.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    if (done) break;
  }

  await importFrom(file, await here.open());

  expect(await contentsOf(await here.open())).toEqual(union);
}

describe('an export that is killed at a random moment', () => {
  it('leaves the file that was there whole, or a new one', async () => {
    using there = temporaryVault();
    using folder = exportFolder();
    await fill(there, 'there', [1, 2, 3]);
    const budget: Budget = { until: performance.now() + ENOUGH / 2, kills: 0, partial: 0, longest: 60 };

    while (budget.kills < KILLS && performance.now() < budget.until) {
      const order = { task: 'export', path: there.path, name: folder.file, count: 0, recipients: [] } as const;
      await killAfter(order, budget, budget.kills % 3);
      if (!existsSync(folder.file)) continue;
      using here = temporaryVault();
      await importFrom(folder.file, await here.open(), { dryRun: true });
      expect(readdirSync(folder.path).filter((name) => !name.startsWith('.keykeeper-export-'))).toEqual(['vault.tar']);
    }
    process.stderr.write(`killed ${budget.kills} exports\n`);

    expect(existsSync(folder.file)).toBe(true);
    expect(budget.kills).toBeGreaterThan(5);
  });
});

/**
 * @param lines how many it has to have printed
 * @returns whether it had ended before
 */
async function killAfter(order: WorkerOrder, budget: Budget, lines = 0): Promise<boolean> {
  await using process = startVaultProcess(order, worker.file);
  await process.ready;
  process.go();
  await Promise.race([process.printed(lines), process.ended]);
  await Promise.race([delay(Math.random() * budget.longest), process.ended]);
  await process.kill();
  budget.kills += 1;
  return process.lines.includes('imported');
}

async function fill(place: TemporaryVault, name: string, days: readonly number[]): Promise<void> {
  const time = { now: 0 };
  const vault = await place.open({ now: () => new Date(time.now) });
  for (const day of days) {
    time.now = Date.UTC(2026, 0, 1 + day);
    await vault.add(draftOf(`${name} ${day}`, { escrow: [entryOf(1, `${name} ${day}`), entryOf(600, 'same')] }));
  }
}
