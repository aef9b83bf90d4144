import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import type { Vault } from '../../../src/vault/vault.ts';
import { useWorker } from '../../integration/vault/use-worker.ts';
import { startVaultProcess, type VaultProcess } from '../../integration/vault/vault-process.ts';
import { draftOf, keyNamed } from '../../unit/vault/draft-of.ts';
import { type TemporaryVault, temporaryVault } from '../../unit/vault/temporary-vault.ts';

const KILLS = 300;
/** On a slow machine there are fewer kills, not a longer test; in ms. */
const ENOUGH = 40_000;
const KILLS_PER_VAULT = 30;
/** Longer than it takes to write a generation, in ms. */
const LONGEST_WAIT = 25;

const worker = useWorker();

describe('a writer that is killed with SIGKILL at a random moment', () => {
  it('leaves every generation whole, loses none that it had reported, and the next run works', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    process.stderr.write(`killing writers, seed ${seed}\n`);
    const identity = await generateX25519Identity();
    const recipient = await identityToRecipient(identity);
    const budget: Budget = { random: randomFrom(seed), until: performance.now() + ENOUGH, kills: 0 };

    // Both end, and clean up, before either's failure is told.
    const lines = await Promise.allSettled([
      killInVaults(budget, [], new Secret(identity)),
      killInVaults(budget, [recipient], new Secret(identity)),
    ]);

    process.stderr.write(`killed ${budget.kills} writers\n`);

    expect(lines.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(budget.kills).toBeGreaterThan(0);
  });
});

interface Budget {
  readonly random: () => number;
  until: number;
  kills: number;
}

function spent({ until, kills }: Budget): boolean {
  return kills >= KILLS || performance.now() > until;
}

async function killInVaults(budget: Budget, recipients: string[], identity: Secret<string>): Promise<void> {
  try {
    while (!spent(budget)) {
      using temporary = temporaryVault();
      await killWriters(temporary, recipients, budget);
      await checkVault(await temporary.open({ recipients, identity }));
    }
  } catch (error) {
    budget.until = 0;
    throw error;
  }
}

/** Kills one writer after the other; after each, looks whether everything it reported is there. */
async function killWriters(temporary: TemporaryVault, recipients: readonly string[], budget: Budget): Promise<void> {
  let next = start(temporary, recipients, 0);
  try {
    for (let index = 1; index <= KILLS_PER_VAULT && !spent(budget); index += 1) {
      const writer = next;
      await writer.ready;
      // The next one loads its modules while this one lives.
      next = start(temporary, recipients, index);
      writer.go();
      // While it opens the vault, or so many generations later: counted, for a busy machine may take its time.
      const generations = Math.floor(budget.random() * 4);
      await Promise.race([writer.printed(generations), writer.ended]);
      await delay(budget.random() * LONGEST_WAIT);
      await writer.kill();
      budget.kills += 1;
      await checkAfterKill(temporary, recipients, writer, index);
    }
  } finally {
    await next.kill();
  }
}

function start(temporary: TemporaryVault, recipients: readonly string[], index: number): VaultProcess {
  const order = { task: 'add' as const, path: temporary.path, name: `writer ${index}`, count: 0, recipients };
  return startVaultProcess(order, worker.file);
}

async function checkAfterKill(
  temporary: TemporaryVault,
  recipients: readonly string[],
  writer: VaultProcess,
  kills: number,
): Promise<void> {
  const vault = await temporary.open({ recipients });
  const { generations, damaged } = await vault.list();
  expect(damaged).toEqual([]);
  const fingerprints = new Set(generations.map(({ fingerprint }) => fingerprint));
  for (const line of writer.lines) {
    expect(fingerprints).toContain(draftOf(line.replace('added ', '')).fingerprint);
  }
  expect(readdirSync(temporary.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect((await vault.add(draftOf(`after kill ${kills}`))).added).toBe(true);
  expect(existsSync(temporary.generationFile(generations.length + 1))).toBe(true);
}

/** Everything in it can be read: contents, and each value of the escrow. */
async function checkVault(vault: Vault): Promise<void> {
  const { generations } = await vault.list();
  for (const generation of generations) {
    expect(generation.files[0]?.content?.reveal()).toHaveLength(keyNamed('any').length);
    const { entries, damaged } = await vault.escrow(generation);
    expect({ values: entries.length, damaged }).toEqual({ values: generation.escrowCount, damaged: [] });
  }
}

/** mulberry32: small, and the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
