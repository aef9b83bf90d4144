import type { CheckIn, DailyCheck } from '../../core/check-in.ts';
import { Failure } from '../../core/failure.ts';
import { errorNumber } from './classify-error.ts';
import type { Row, Session } from './session.ts';

/** CronTask::STATE_DISABLE and CronTask::MODE_EXTERNAL, 9.5 to 11.0. */
const STATE_DISABLED = 0;
const MODE_EXTERNAL = 2;

/** @returns null where the automatic actions cannot be read: another schema, or a user that may not see them */
export async function readCheckIn(session: Session): Promise<CheckIn | null> {
  const rows = await taskRows(session);
  if (rows === null) return null;
  let last: number | null = null;
  let daily: DailyCheck | null = null;
  for (const [name, state, mode, frequency, lastRun] of rows) {
    const run = lastRun === null || lastRun === undefined ? null : Number(lastRun);
    if (run !== null) last = Math.max(last ?? 0, run);
    if (name !== 'checkAllUpdates') continue;
    daily = {
      enabled: Number(state) !== STATE_DISABLED,
      mode: Number(mode) === MODE_EXTERNAL ? 'external' : 'internal',
      frequency: Number(frequency),
      lastRun: timeOf(run),
    };
  }
  return { lastRun: timeOf(last), daily };
}

async function taskRows(session: Session): Promise<readonly Row[] | null> {
  try {
    return await session.rows(
      `SELECT name, state, mode, frequency, UNIX_TIMESTAMP(lastrun) FROM ${session.table('glpi_crontasks')}`,
    );
  } catch (error) {
    // The server answered, and no more than this is missed.
    if (error instanceof Failure && errorNumber(error.cause) !== undefined) return null;
    throw error;
  }
}

function timeOf(seconds: number | null): string | null {
  return seconds === null || Number.isNaN(seconds) ? null : new Date(seconds * 1000).toISOString();
}
