import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type InstanceFolder, instanceFolder } from '../../../../src/vault/directory/instance-folder.ts';
import { acquireLease } from '../../../../src/vault/directory/lease.ts';
import type { LeaseClock } from '../../../../src/vault/lease-clock.ts';
import type { Lease } from '../../../../src/vault/vault.ts';
import { FakeClock } from '../contract/fake-clock.ts';

/** A directory answers at once: three turns are enough for whoever was woken. */
const standingClock = () =>
  new FakeClock(100, async () => {
    for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  });

let root: string;
let place: InstanceFolder;
const never = new AbortController().signal;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keykeeper-lease-'));
  place = instanceFolder(root, 'glpi', null);
  mkdirSync(place.folder);
});

afterEach(() => rmSync(root, { recursive: true }));

/** Starts to wait for the lease; `lease` is set once it was given. */
function waitFor(clock: LeaseClock, signal = never): { lease: Lease | null; readonly done: Promise<unknown> } {
  const waiting: { lease: Lease | null; done: Promise<unknown> } = { lease: null, done: Promise.resolve() };
  waiting.done = acquireLease(place, signal, clock).then(
    (lease) => {
      waiting.lease = lease;
    },
    (reason: unknown) => reason,
  );
  return waiting;
}

describe('the lease', () => {
  it('is given at once where nobody holds it, and leaves no trace when given back', async () => {
    const lease = await acquireLease(place, never, standingClock());
    expect(existsSync(place.lease)).toBe(true);

    await lease[Symbol.asyncDispose]();

    expect(lease.lost.aborted).toBe(false);
    expect(readdirSync(place.folder)).toEqual([]);
  });

  it('is held by one at a time for as long as the holder lives', async () => {
    const clock = standingClock();
    const first = await acquireLease(place, never, clock);
    const second = waitFor(clock);

    await clock.advance(60_000);
    expect(second.lease).toBeNull();
    await first[Symbol.asyncDispose]();
    await clock.advance(300);

    expect(second.lease?.lost.aborted).toBe(false);
    expect(first.lost.aborted).toBe(false);
    await second.lease?.[Symbol.asyncDispose]();
  });

  it('of a dead holder is taken away after three seconds, whatever it left', async () => {
    for (const text of ['{"keykeeper":"lease","format":1,"holder":"dead","beat":3}\n', '', 'garbage']) {
      writeFileSync(place.lease, text);
      const clock = standingClock();
      const waiting = waitFor(clock);

      await clock.advance(2900);
      expect(waiting.lease).toBeNull();
      await clock.advance(400);

      expect(waiting.lease?.lost.aborted).toBe(false);
      await waiting.lease?.[Symbol.asyncDispose]();
      expect(readdirSync(place.folder)).toEqual([]);
    }
  });

  it('is known to be lost by a holder that was frozen, and its successor keeps it', async () => {
    const [frozen, clock] = [standingClock(), standingClock()];
    const first = await acquireLease(place, never, frozen);
    const second = waitFor(clock);
    await clock.advance(3500);
    expect(second.lease).not.toBeNull();

    await frozen.freeze(3500);
    await first[Symbol.asyncDispose]();
    await clock.advance(5000);

    expect(first.lost.aborted).toBe(true);
    expect(second.lease?.lost.aborted).toBe(false);
    expect(existsSync(place.lease)).toBe(true);
    await second.lease?.[Symbol.asyncDispose]();
  });

  it('is given up by a holder that froze too long, even if nobody has taken it yet', async () => {
    const clock = standingClock();
    const lease = await acquireLease(place, never, clock);

    await clock.freeze(2600);

    expect(lease.lost.aborted).toBe(true);
    await lease[Symbol.asyncDispose]();
    expect(existsSync(place.lease)).toBe(false);
  });

  it('is lost when another token stands in it', async () => {
    const clock = standingClock();
    const lease = await acquireLease(place, never, clock);
    writeFileSync(place.lease, 'another');

    await clock.advance(600);

    expect(lease.lost.aborted).toBe(true);
    expect(lease.lost.reason).toMatchObject({ name: 'Failure', code: 'lease-held' });
    await lease[Symbol.asyncDispose]();
    expect(readFileSync(place.lease, 'utf8')).toBe('another');
  });

  it('is put back by a holder from whom it was taken by mistake for a moment', async () => {
    const clock = standingClock();
    const lease = await acquireLease(place, never, clock);
    rmSync(place.lease);

    await clock.advance(600);

    expect(lease.lost.aborted).toBe(false);
    expect(existsSync(place.lease)).toBe(true);
    await lease[Symbol.asyncDispose]();
  });

  it('outlives a moment in which it cannot be written, and is given up when that lasts', async () => {
    const clock = standingClock();
    let workplace = place.folder;
    const closed = join(root, 'absent');
    const changing = {
      ...place,
      get folder() {
        return workplace;
      },
    };
    const lease = await acquireLease(changing, never, clock);

    workplace = closed;
    await clock.advance(2000);
    expect(lease.lost.aborted).toBe(false);
    workplace = place.folder;
    await clock.advance(2000);
    expect(lease.lost.aborted).toBe(false);
    workplace = closed;
    await clock.advance(3500);

    expect(lease.lost.aborted).toBe(true);
    await lease[Symbol.asyncDispose]();
  });

  it('changes with each beat, by a number that rises', async () => {
    const clock = standingClock();
    const lease = await acquireLease(place, never, clock);
    const read = () => JSON.parse(readFileSync(place.lease, 'utf8'));

    const first = read();
    await clock.advance(500);
    const second = read();
    await clock.advance(500);

    expect(first).toEqual({ keykeeper: 'lease', format: 1, holder: expect.stringMatching(/^[0-9a-f]{32}$/), beat: 0 });
    expect([second, read()]).toEqual([
      { ...first, beat: 1 },
      { ...first, beat: 2 },
    ]);
    await lease[Symbol.asyncDispose]();
  });

  it('that somebody else took up meanwhile is left to him, when it is given back', async () => {
    const lease = await acquireLease(place, never, standingClock());
    writeFileSync(place.lease, 'another');

    await lease[Symbol.asyncDispose]();

    expect(readFileSync(place.lease, 'utf8')).toBe('another');
    expect(readdirSync(place.folder)).toEqual(['lease.json']);
  });

  it('that is gone needs no giving back', async () => {
    const lease = await acquireLease(place, never, standingClock());
    rmSync(place.folder, { recursive: true });

    await lease[Symbol.asyncDispose]();

    expect(existsSync(place.folder)).toBe(false);
  });

  it('cannot be had where it cannot be written, and says why', async () => {
    rmSync(place.folder, { recursive: true });

    await expect(acquireLease(place, never, standingClock())).rejects.toMatchObject({
      code: 'vault-unwritable',
      message: 'cannot write the vault (ENOENT)',
      target: place.lease,
    });
  });

  it('is waited for no longer than the waiting is wanted', async () => {
    writeFileSync(place.lease, 'another');
    const stop = new AbortController();
    const clock = standingClock();
    const waiting = waitFor(clock, stop.signal);
    await clock.advance(500);

    stop.abort(new Error('enough'));

    expect(await waiting.done).toMatchObject({ message: 'enough' });
    await expect(acquireLease(place, stop.signal, clock)).rejects.toThrow('enough');
  });

  it('that cannot be looked at, a folder of its name, counts as one that never changes', async () => {
    mkdirSync(place.lease);
    const clock = standingClock();
    const waiting = waitFor(clock);

    await clock.advance(3300);
    await clock.advance(300);

    expect(waiting.lease?.lost.aborted).toBe(false);
    await waiting.lease?.[Symbol.asyncDispose]();
  });
});
