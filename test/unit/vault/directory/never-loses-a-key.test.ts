import { closeSync, constants, openSync, readdirSync, truncateSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Vault } from '../../../../src/vault/vault.ts';
import { draftOf, entryOf, fileOf, keyNamed } from '../draft-of.ts';
import { type TemporaryVault, temporaryVault } from '../temporary-vault.ts';

const DAY = 24 * 60 * 60 * 1000;

type Step =
  | { readonly kind: 'add'; readonly key: number; readonly proven: boolean; readonly values: number }
  | { readonly kind: 'add malformed'; readonly bytes: number }
  | { readonly kind: 'damage'; readonly which: number; readonly how: 'cut' | 'scribble' }
  | { readonly kind: 'prune' }
  | { readonly kind: 'open again' }
  | { readonly kind: 'wait'; readonly days: number };

const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      key: fc.nat(4),
      proven: fc.boolean(),
      values: fc.nat(2),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add malformed' as const), bytes: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('damage' as const),
      which: fc.nat(200),
      how: fc.constantFrom('cut' as const, 'scribble' as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'prune' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'open again' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 40 }) }) },
);

/** What the vault must still hold: by content of the key file, the generation numbers that hold it undamaged. */
class Model {
  readonly holders = new Map<string, Set<number>>();

  hold(content: Buffer, number: number): void {
    const key = content.toString('hex');
    this.holders.set(key, (this.holders.get(key) ?? new Set()).add(number));
  }

  /** It was pruned: another must hold what it held. */
  release(number: number): void {
    for (const numbers of this.holders.values()) numbers.delete(number);
  }

  /** It was damaged: what it alone held is lost, and no fault of the vault's. */
  forget(number: number): void {
    for (const [key, numbers] of this.holders) {
      if (numbers.delete(number) && numbers.size === 0) this.holders.delete(key);
    }
  }
}

describe('a vault', () => {
  it('holds every key that it was given and that was not damaged, after any sequence of events', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { maxLength: 50, size: 'max' }), async (steps) => {
        using temporary = temporaryVault();
        const model = new Model();
        const time = { now: Date.parse('2026-01-01T00:00:00Z') };
        let vault = await openAt(temporary, time);
        for (const step of steps) {
          if (step.kind === 'open again') vault = await openAt(temporary, time);
          else if (step.kind === 'wait') time.now += step.days * DAY;
          else if (step.kind === 'damage') damage(temporary, model, step);
          else if (step.kind === 'prune') for (const { number } of await vault.prune()) model.release(number);
          else await add(vault, model, step);
        }

        expect(await contentsOf(vault)).toEqual([...model.holders.keys()].sort());
        expect(await contentsOf(await openAt(temporary, time))).toEqual([...model.holders.keys()].sort());
      }),
      { numRuns: 40 },
    );
  });

  it('holds every key after more repetitions than it keeps', async () => {
    using temporary = temporaryVault();
    const time = { now: Date.parse('2026-01-01T00:00:00Z') };
    const vault = await temporary.open({ now: () => new Date(time.now) });
    for (const name of ['old proven', 'old unproven']) {
      await vault.add(draftOf(name, name === 'old proven' ? {} : { proof: null }));
    }
    for (let count = 0; count < 70; count += 1) await vault.add(draftOf('live', { escrow: [entryOf(1, `${count}`)] }));
    time.now += 60 * DAY;

    const removed = await vault.prune();

    expect(removed).toHaveLength(20);
    const names = ['old proven', 'old unproven', 'live'];
    expect(await contentsOf(vault)).toEqual(names.map((name) => keyNamed(name).toString('hex')).sort());
  });
});

function openAt(temporary: TemporaryVault, time: { now: number }): Promise<Vault> {
  return temporary.open({ now: () => new Date(time.now), retention: { newest: 3 } });
}

async function add(vault: Vault, model: Model, step: Step & { kind: 'add' | 'add malformed' }): Promise<void> {
  if (step.kind === 'add malformed') {
    const content = Buffer.from(`malformed ${step.bytes}`);
    const draft = draftOf('none', { fingerprint: null, proof: null, files: [fileOf('glpicrypt.key', content)] });
    model.hold(content, (await vault.add(draft)).generation.number);
    return;
  }
  const escrow = Array.from({ length: step.values }, (_, id) => entryOf(id, `value ${id} of ${step.key}`));
  const draft = draftOf(`${step.key}`, { escrow, ...(step.proven ? {} : { proof: null }) });
  model.hold(keyNamed(`${step.key}`), (await vault.add(draft)).generation.number);
}

function damage(temporary: TemporaryVault, model: Model, step: Step & { kind: 'damage' }): void {
  const folder = dirname(temporary.generationFile(1));
  const names = readdirSync(folder).sort();
  const name = names[step.which % Math.max(1, names.length)];
  if (name === undefined) return;
  if (step.how === 'cut') truncateSync(join(folder, name), step.which);
  else scribble(join(folder, name), step.which);
  model.forget(Number.parseInt(name, 10));
}

/** Writes over some bytes in place, as a failing disk does: same size, same inode. */
function scribble(path: string, at: number): void {
  const descriptor = openSync(path, constants.O_WRONLY);
  writeSync(descriptor, '\0\0\0\0', at);
  closeSync(descriptor);
}

async function contentsOf(vault: Vault): Promise<string[]> {
  const { generations } = await vault.list();
  const keys = generations.flatMap(({ files }) => files.filter(({ name }) => name === 'glpicrypt.key'));
  return [...new Set(keys.map(({ content }) => content?.reveal().toString('hex') ?? 'sealed'))].sort();
}
