import { describe, expect, it } from 'vitest';
import { runRound } from '../../fuzz/run-round.ts';

const TARGETS = new URL('planted-targets.ts', import.meta.url).href;
const LIMITS = { heap: 48, longest: 15_000 };
const order = (target: string) => ({ targets: TARGETS, target, seed: 1, inputs: 50 });

describe('a round of inputs', () => {
  it('passes a parser that is right', async () => {
    expect(await runRound(order('is right'), LIMITS)).toEqual({ inputs: 50, defect: null });
  });

  it('finds a parser that hangs, and the input that it hangs at', async () => {
    const { defect } = await runRound(order('hangs'), { ...LIMITS, longest: 5_000 });

    expect(defect).toMatch(/^takes longer than 5 s, at \d+ bytes, in base64: /);
  });

  it('finds a parser that eats memory, and the input that it does so at', async () => {
    const { defect } = await runRound(order('eats memory'), LIMITS);

    expect(defect).toMatch(/^ended with SIGABRT: out of 48 MiB of memory\? At \d+ bytes, in base64: /);
  });

  it('finds a parser that trusts its input, and the smallest such input', async () => {
    const { defect } = await runRound(order('trusts its input'), LIMITS);

    expect(defect).toContain('expected it to be valid');
    expect(defect).toContain('Shrunk');
  });
});
