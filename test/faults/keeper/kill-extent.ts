/**
 * `npm run kill-at-every-call` sets KEYKEEPER_TEST_EVERY_CALL=1: a kill before each file operation and each statement of a
 * whole command, from its start on, however long that takes. Else every statement of the transaction, and as many of the
 * others, taken at random, as fit into a test.
 */
export const EVERY_CALL = process.env.KEYKEEPER_TEST_EVERY_CALL === '1';

/** In ms: for kills outside the transaction. */
export function timeForOthers(sample: number): number {
  return EVERY_CALL ? Number.POSITIVE_INFINITY : sample;
}

/** In ms. */
export const TEST_TIME = EVERY_CALL ? 3_600_000 : 300_000;

/** Whether a kill there can leave anything behind: one between two reads is one at the next write. */
export function isWorthAKill(call: string): boolean {
  return EVERY_CALL || call.endsWith('Sync') || call === 'fsync';
}
