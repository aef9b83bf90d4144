import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { damagedInputs } from '../../fuzz/mutate.ts';
import { FUZZ_TARGETS, isRefusal } from '../../fuzz/targets.ts';

/** `npm run fuzz -- --minutes N` does more. */
const RUNS = 150;

describe.each(FUZZ_TARGETS)('$name', ({ seeds, tokens, read }) => {
  it('that are valid are read', async () => {
    expect(seeds().length).toBeGreaterThan(0);
    for (const seed of seeds()) await tolerate(read, seed);
  });

  it('that are damaged in any way are read or refused, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(damagedInputs(seeds(), tokens), (input) => tolerate(read, input)),
      { numRuns: RUNS },
    );
  });
});

describe('keykeeper.yaml, keys and files made to exhaust a parser', () => {
  it.each([
    ['brackets in brackets', '['.repeat(60_000)],
    ['braces in braces', '{a: '.repeat(15_000)],
    ['JSON in JSON', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['one line without an end', 'a'.repeat(60_000)],
    ['aliases of aliases', `a: &a [x]\n${Array.from({ length: 60 }, (_, n) => `k${n}: &k${n} [*a, *a]`).join('\n')}`],
    ['keys of keys', `? ${'instance: '.repeat(6_000)}helpdesk`],
    ['comments only', '#'.repeat(60_000)],
    ['quotes only', '"'.repeat(60_000)],
  ])('%s are refused or read by every parser', async (_, text) => {
    for (const { read } of FUZZ_TARGETS) await tolerate(read, Buffer.from(text));
  });
});

describe('the search', () => {
  it('finds a parser that trusts its input', async () => {
    const trusting = (input: Buffer) => JSON.parse(input.toString('utf8')).Actor.ID;
    const seeds = [Buffer.from('{"Actor":{"ID":"0123"}}')];

    const found = await fc.check(fc.asyncProperty(damagedInputs(seeds, []), (input) => tolerate(trusting, input)));

    expect(found.failed).toBe(true);
  });
});

/** @throws what is neither a result nor a refusal */
async function tolerate(read: (input: Buffer) => unknown, input: Buffer): Promise<void> {
  try {
    await read(input);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}
