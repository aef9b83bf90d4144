import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../stand-in/kubernetes/fault.ts';
import { draftOf, keyNamed } from '../draft-of.ts';
import { SECRET, type SecretPlace, secretPlace } from './secret-place.ts';

/** What happens to the writers while they write, all at the same time. */
interface Trouble {
  readonly fault: FaultKind;
  readonly verb: 'get' | 'patch' | 'create';
}

const aTrouble: fc.Arbitrary<Trouble> = fc.record({
  fault: fc.constantFrom<FaultKind>(
    { kind: 'cut' },
    { kind: 'cut-after' },
    { kind: 'status', status: 429 },
    { kind: 'status', status: 500 },
  ),
  verb: fc.constantFrom('get', 'patch', 'create'),
});

async function keysIn(place: SecretPlace): Promise<string[]> {
  const { generations, damaged } = await (await place.open()).list();
  expect(damaged).toEqual([]);
  expect(generations.map(({ number }) => number)).toEqual(generations.map((_, index) => index + 1));
  return generations.map(({ files }) => files[0]?.content?.reveal().toString('hex') ?? '').sort();
}

describe('writers of one Secret at the same time', () => {
  it('lose nothing and use each number once, whatever goes wrong on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 6 }),
        fc.array(aTrouble, { maxLength: 6 }),
        async (writers, troubles) => {
          await using place = await secretPlace();
          for (const { fault, verb } of troubles) place.double.faults.plan({ ...fault, verbs: [verb], times: 1 });
          const names = Array.from({ length: writers }, (_, index) => `writer ${index}`);

          const results = await Promise.allSettled(names.map(async (name) => (await place.open()).add(draftOf(name))));

          place.double.faults.clear();
          const held = await keysIn(place);
          const told = names.filter((_, index) => results[index]?.status === 'fulfilled');
          // Whoever was told that it is kept finds it; whoever was not may find it all the same: only the answer was lost.
          expect(held).toEqual(expect.arrayContaining(told.map((name) => keyNamed(name).toString('hex'))));
          expect(new Set(held).size).toBe(held.length);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('killed at any request leave what was there, or all of what they wrote', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 6 }), fc.constantFrom('cut', 'cut-after'), async (request, kind) => {
        await using place = await secretPlace();
        await (await place.open()).add(draftOf('before'));
        const whole = place.secret;
        for (let passed = 0; passed < request; passed += 1)
          place.double.faults.plan({ kind: 'slow', wait: 0, times: 1 });
        // From here on the process is gone: no answer ever reaches it.
        place.double.faults.plan({ kind });

        await (await place.open()).add(draftOf('after')).catch(() => undefined);

        place.double.faults.clear();
        const held = await keysIn(place);
        expect(held).toContain(keyNamed('before').toString('hex'));
        const unchanged = place.double.objects.get(SECRET).metadata.resourceVersion === whole.metadata.resourceVersion;
        expect(held).toHaveLength(unchanged ? 1 : 2);
      }),
      { numRuns: 14 },
    );
  });
});
