import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

/**
 * Preloaded into the program: its lease is not renewed, as in a run that takes less than half a second (BEAT in
 * src/vault/directory/lease.ts). Under strace some do and some do not, and all calls behind a renewal have other numbers.
 */
const BEAT = 500;
const NEVER = 86_400_000;
const wait = timers.setTimeout;
timers.setTimeout = ((milliseconds: number, ...rest: []) =>
  wait(milliseconds === BEAT ? NEVER : milliseconds, ...rest)) as typeof wait;
syncBuiltinESMExports();
