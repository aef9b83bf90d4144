import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { useWorker } from '../../integration/vault/use-worker.ts';
import { startVaultProcess, type WorkerOrder } from '../../integration/vault/vault-process.ts';
import { contentsOf } from '../../unit/vault/archive/archive-of.ts';
import { draftOf, entryOf } from '../../unit/vault/draft-of.ts';
import { type TemporaryVault, temporaryVault } from '../../unit/vault/temporary-vault.ts';

/** On a slow machine there are fewer kills, not a longer test; in ms. */
const ENOUGH = 12_000;
const KILLS = 24;
const GENERATIONS = 12;

const worker = useWorker();

describe('encrypting a vault anew, killed at a random moment', () => {
  it('has each file old or new, no generation lost, and the next one does the rest', async () => {
    using place = temporaryVault();
    const identity = await generateX25519Identity();
    const keys = { recipients: [await identityToRecipient(identity)], identity };
    for (let each = 0; each < GENERATIONS; each += 1) {
      await (await place.open()).add(draftOf(`key ${each}`, { escrow: [entryOf(1, `value ${each}`)] }));
    }
    const before = await contentsOf(await place.open());
    const until = performance.now() + ENOUGH;
    let [kills, partial] = [0, 0];

    while (kills < KILLS && performance.now() < until) {
      // From clear to age and back: each kill finds something to do.
      const order: WorkerOrder = {
        task: 'reencrypt',
        path: place.path,
        name: '',
        count: 0,
        identity,
        recipients: kills % 2 === 0 ? keys.recipients : [],
      };
      await killAfterFiles(order, Math.floor(Math.random() * GENERATIONS * 2));
      kills += 1;
      const opened = await place.open({ recipients: keys.recipients, identity: new Secret(identity) });
      expect(await contentsOf(opened)).toEqual(before);
      const exposed = (await opened.list()).generations.filter((each) => each.exposed).length;
      if (exposed > 0 && exposed < GENERATIONS) partial += 1;
    }
    process.stderr.write(`killed ${kills} re-encryptions, ${partial} of them between two generations\n`);
    const vault = await place.open({ recipients: keys.recipients, identity: new Secret(identity) });
    await vault.reencrypt({ dryRun: false, toOthers: false, signal: new AbortController().signal });

    expect(partial).toBeGreaterThan(0);
    expect(await contentsOf(vault)).toEqual(before);
    expect((await vault.list()).generations.some((each) => each.exposed)).toBe(false);
    expect(temporariesOf(place)).toEqual([]);
  });
});

async function killAfterFiles(order: WorkerOrder, files: number): Promise<void> {
  await using process = startVaultProcess(order, worker.file);
  await process.ready;
  process.go();
  await Promise.race([process.printed(files), process.ended]);
  await Promise.race([delay(Math.random() * 5), process.ended]);
  await process.kill();
}

function temporariesOf(place: TemporaryVault): string[] {
  return readdirSync(place.folder).filter((name) => name.endsWith('.tmp'));
}
