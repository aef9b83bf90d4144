import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { countOf } from '../../integration/vault/counted-record.ts';
import { useWorker } from '../../integration/vault/use-worker.ts';
import { startVaultProcess } from '../../integration/vault/vault-process.ts';
import { temporaryVault } from '../../unit/vault/temporary-vault.ts';

const KILLS = 60;
/** On a slow machine there are fewer kills, not a longer test; in ms. */
const ENOUGH = 20_000;
/** Longer than it takes to replace a record, in ms. */
const LONGEST_WAIT = 8;

const worker = useWorker();

describe('a keeper that is killed while it replaces a record', () => {
  it('leaves the old one or the new one, never less than it had reported, and no temporary file after the next start', async () => {
    using place = temporaryVault();
    const until = performance.now() + ENOUGH;
    let kills = 0;
    for (; kills < KILLS && performance.now() < until; kills += 1) {
      await using keeper = startVaultProcess(
        { task: 'record', path: place.path, name: 'keeper', count: 0, recipients: [] },
        worker.file,
      );
      await keeper.ready;
      keeper.go();
      await Promise.race([keeper.printed(1 + (kills % 4)), keeper.ended]);
      await delay(Math.random() * LONGEST_WAIT);
      await keeper.kill();
      const reported = Number(keeper.lines.at(-1)?.replace('kept ', ''));

      const record = await (await place.open()).record('places');

      expect(record.kind).toBe('present');
      if (record.kind === 'present') expect(countOf(record.value)).toBeGreaterThanOrEqual(reported);
      expect(readdirSync(place.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    }
    process.stderr.write(`killed ${kills} keepers\n`);

    expect(kills).toBeGreaterThan(0);
  });
});
