import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draftOf, entryOf } from '../draft-of.ts';
import { type TemporaryVault, temporaryVault } from '../temporary-vault.ts';
import { contentsOf, exportFolder, exportTo, importFrom } from './archive-of.ts';

/** What happens at one time: in the vault that is exported, in the one that takes it in, or in both. */
interface Event {
  readonly where: 'there' | 'here' | 'both';
  readonly key: number;
  readonly value: number;
}

const anEvent: fc.Arbitrary<Event> = fc.record({
  where: fc.constantFrom('there', 'here', 'both'),
  key: fc.nat(3),
  value: fc.nat(4),
});
const someEvents = fc.array(anEvent, { maxLength: 12 });

describe('an export that is imported', () => {
  it('gives the union of both vaults in the order of time, with the newest still the newest', async () => {
    await fc.assert(
      fc.asyncProperty(someEvents, async (events) => {
        using there = temporaryVault();
        using here = temporaryVault();
        using folder = exportFolder();
        await live(there, events, 'there');
        await live(here, events, 'here');
        const union = new Set([...(await contentsOf(await there.open())), ...(await contentsOf(await here.open()))]);
        await exportTo(folder.file, await there.open());

        await importFrom(folder.file, await here.open());

        // Each text begins with its time.
        expect(await contentsOf(await here.open())).toEqual([...union].sort());
        const again = await importFrom(folder.file, await here.open());
        expect(again).toMatchObject({ generations: [], moved: [], chunks: 0, records: [] });
        expect(readdirSync(here.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });
});

/** Writes what happened at one side; each event an hour after the one before. */
async function live(place: TemporaryVault, events: readonly Event[], side: 'there' | 'here'): Promise<void> {
  const time = { now: Date.UTC(2026, 0, 1) };
  const vault = await place.open({ now: () => new Date(time.now) });
  for (const { where, key, value } of events) {
    time.now += 3_600_000;
    if (where !== 'both' && where !== side) continue;
    await vault.add(draftOf(`key ${key}`, { escrow: [entryOf(1, `value ${value}`), entryOf(600, 'same')] }));
  }
}
