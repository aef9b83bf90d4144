import { describe, expect, it, vi } from 'vitest';
import type { Lease, Vault } from '../../../../src/vault/vault.ts';
import { FakeClock } from './fake-clock.ts';
import type { VaultPlace } from './vault-place.ts';

const never = new AbortController().signal;
/** Longer than any vault takes to find out that a holder died, or that it is not the holder any more, in ms. */
const LONG = 8000;

interface Waiting {
  lease: Lease | null;
  readonly done: Promise<unknown>;
}

/** Starts to wait for the lease; `lease` is set once it was given. */
function waitFor(vault: Vault, signal = never): Waiting {
  const waiting: { lease: Lease | null; done: Promise<unknown> } = { lease: null, done: Promise.resolve() };
  waiting.done = vault.lease(signal).then(
    (lease) => {
      waiting.lease = lease;
    },
    (reason: unknown) => reason,
  );
  return waiting;
}

async function given(clock: FakeClock, count: number, waiting: readonly Waiting[]): Promise<void> {
  await vi.waitFor(
    async () => {
      await clock.advance(200);
      expect(waiting.filter(({ lease }) => lease !== null)).toHaveLength(count);
    },
    { timeout: 10_000, interval: 1 },
  );
}

/** What the lease of any vault does, wherever it lies. */
export function describeLease(kind: string, makePlace: () => Promise<VaultPlace>): void {
  describe(`the lease of a vault in ${kind}`, () => {
    it('is given at once where nobody holds it, and again when it was given back', async () => {
      await using place = await makePlace();
      const vault = await place.open({ clock: new FakeClock() });

      for (let turn = 0; turn < 2; turn += 1) {
        const lease = await vault.lease(never);
        expect(lease.lost.aborted).toBe(false);
        await lease[Symbol.asyncDispose]();
      }
    });

    it('is held by one at a time for as long as the holder lives', async () => {
      await using place = await makePlace();
      const clock = new FakeClock();
      const first = await (await place.open({ clock })).lease(never);
      const second = waitFor(await place.open({ clock }));

      await clock.advance(30_000);
      expect(second.lease).toBeNull();
      expect(first.lost.aborted).toBe(false);
      await first[Symbol.asyncDispose]();

      await given(clock, 1, [second]);
      await second.lease?.[Symbol.asyncDispose]();
    });

    it('of a dead holder goes to exactly one of many who wait', async () => {
      await using place = await makePlace();
      // The clock of the dead never moves: it renews nothing.
      await (await place.open({ clock: new FakeClock() })).lease(never);
      const clock = new FakeClock();
      const vaults = await Promise.all([1, 2, 3, 4].map(() => place.open({ clock })));
      const stop = new AbortController();
      const waiting = vaults.map((vault) => waitFor(vault, stop.signal));

      await given(clock, 1, waiting);
      await clock.advance(LONG);

      expect(waiting.filter(({ lease }) => lease !== null)).toHaveLength(1);
      stop.abort();
      await clock.advance(1000);
      for (const { lease } of waiting) await lease?.[Symbol.asyncDispose]();
    });

    it('is known to be lost by a holder that was frozen', async () => {
      await using place = await makePlace();
      const frozen = new FakeClock();
      const first = await (await place.open({ clock: frozen })).lease(never);
      const clock = new FakeClock();
      const second = waitFor(await place.open({ clock }));
      await given(clock, 1, [second]);

      await frozen.freeze(LONG);
      await frozen.advance(1000);

      expect(first.lost.aborted).toBe(true);
      await first[Symbol.asyncDispose]();
      await clock.advance(LONG);
      expect(second.lease?.lost.aborted).toBe(false);
      await second.lease?.[Symbol.asyncDispose]();
    });

    it('is not waited for any longer once the signal aborts', async () => {
      await using place = await makePlace();
      const clock = new FakeClock();
      await using _holder = await (await place.open({ clock })).lease(never);
      const stop = new AbortController();
      const waiting = waitFor(await place.open({ clock }), stop.signal);
      await clock.advance(1000);

      stop.abort(new Error('enough'));

      expect(await waiting.done).toMatchObject({ message: 'enough' });
      expect(waiting.lease).toBeNull();
    });
  });
}
