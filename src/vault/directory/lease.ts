import { randomBytes } from 'node:crypto';
import { linkSync, renameSync } from 'node:fs';
import { systemCode } from '../../core/failure.ts';
import { keepBeating } from '../keep-beating.ts';
import type { LeaseClock } from '../lease-clock.ts';
import type { Lease } from '../vault.ts';
import type { InstanceFolder } from './instance-folder.ts';
import { readRegular } from './read-regular.ts';
import { vaultFailure } from './vault-failure.ts';
import { createWhole, discard, replaceWhole, temporaryName } from './write-whole.ts';

/** How often a holder rewrites the lease, in ms. */
export const BEAT = 500;
/** Unchanged for so long on the observer's own clock, a lease is broken, in ms. */
export const BROKEN_AFTER = 3000;
/** A holder that could not write for so long, in ms, gives up before anybody can have broken its lease. */
const GIVEN_UP_AFTER = 2500;
/** How often a waiting keeper looks, in ms. */
const LOOK = 200;

/**
 * Waits until the lease file can be created under a token of our own, and then rewrites it twice a second. A lease that
 * does not change for three seconds belongs to a dead holder and is taken away.
 *
 * What it does not promise: a holder that the kernel froze in the middle of its work goes on with the statement it had
 * begun once it thaws; it learns of its loss (`lost`) at its next beat. Therefore every write guards itself as well.
 *
 * @throws the reason of `signal`, or a Failure `vault-unwritable`, `vault-full`
 */
export async function acquireLease(place: InstanceFolder, signal: AbortSignal, clock: LeaseClock): Promise<Lease> {
  const token = randomBytes(16).toString('hex');
  let seen: { readonly text: string | null; readonly since: number } = { text: null, since: clock.now() };
  for (;;) {
    signal.throwIfAborted();
    if (tryCreate(place, leaseText(token, 0))) return holdLease(place, token, clock);
    const text = readLease(place);
    if (text === null) continue;
    if (text !== seen.text) seen = { text, since: clock.now() };
    if (clock.now() - seen.since < BROKEN_AFTER) {
      await clock.sleep(LOOK, signal);
      continue;
    }
    takeAway(place, text);
  }
}

function holdLease(place: InstanceFolder, token: string, clock: LeaseClock): Lease {
  const lost = new AbortController();
  const stop = new AbortController();
  const state: Holding = { place, token, clock, text: leaseText(token, 0), count: 0, last: clock.now() };
  const beating = keepBeating({ clock: state.clock, every: BEAT, beat: () => beat(state) }, lost, stop.signal);
  return {
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await beating;
      try {
        takeAway(place, state.text);
      } catch {
        // It expires by itself, three seconds from now.
      }
    },
  };
}

interface Holding {
  readonly place: InstanceFolder;
  readonly token: string;
  readonly clock: LeaseClock;
  /** What the lease file holds while it is ours. */
  text: string;
  count: number;
  /** When it was last written. */
  last: number;
}

/** Rewrites the lease; false when it is not ours any more or may not be. */
function beat(state: Holding): boolean {
  const { place, token, clock } = state;
  const started = state.last;
  if (clock.now() - started > GIVEN_UP_AFTER) return false;
  const found = readLease(place);
  if (found !== null && found !== state.text) return false;
  const text = leaseText(token, state.count + 1);
  try {
    // Absent, though nobody can have broken it yet: an observer took a wrong one away for a moment.
    if (found === null && !tryCreate(place, text)) return false;
    if (found !== null) replaceWhole(place, place.lease, Buffer.from(text), { durable: false });
  } catch {
    // Full or unreachable for the moment: until the time is up the next beat may succeed.
    return clock.now() - started <= GIVEN_UP_AFTER;
  }
  state.text = text;
  state.count += 1;
  // Frozen between looking and writing, we may have written over a successor's lease: leave it to nobody.
  if (clock.now() - started > GIVEN_UP_AFTER) {
    takeAway(place, text);
    return false;
  }
  state.last = clock.now();
  return true;
}

function leaseText(token: string, count: number): string {
  return `${JSON.stringify({ keykeeper: 'lease', format: 1, holder: token, beat: count })}\n`;
}

function tryCreate(place: InstanceFolder, text: string): boolean {
  try {
    return createWhole(place, place.lease, Buffer.from(text), { durable: false }) === 'created';
  } catch (error) {
    throw vaultFailure(error, place.lease, 'write');
  }
}

/** The lease as it stands; null when there is none. Whatever else lies there counts as a lease that never changes. */
function readLease(place: InstanceFolder): string | null {
  const reading = readRegular(place.lease, 4096);
  if (reading.kind === 'absent') return null;
  return reading.kind === 'read' ? reading.bytes.toString('latin1') : reading.reason;
}

/**
 * Removes the lease if it still says `text`: renamed aside first, so that what is removed is what was looked at. A
 * lease that turns out to be another's is put back, unless its holder has already put it back itself.
 */
function takeAway(place: InstanceFolder, text: string): void {
  if (readLease(place) !== text) return;
  const aside = temporaryName(place);
  try {
    renameSync(place.lease, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw vaultFailure(error, place.lease, 'write');
  }
  try {
    if (!isAside(place, aside, text)) putBack(aside, place.lease);
  } finally {
    discard(aside);
  }
}

/** Whether what was renamed aside says `text`. What cannot be read may be another's. */
function isAside(place: InstanceFolder, aside: string, text: string): boolean {
  try {
    return readLease({ ...place, lease: aside }) === text;
  } catch {
    return false;
  }
}

function putBack(aside: string, lease: string): void {
  try {
    linkSync(aside, lease);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EEXIST' && code !== 'ENOENT') throw vaultFailure(error, lease, 'write');
  }
}
