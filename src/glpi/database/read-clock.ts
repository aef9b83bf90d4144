import type { Session } from './session.ts';

/** The server's clock, ms since 1970; UNIX_TIMESTAMP() is the same in every time zone, and whole seconds. */
export async function readClock(session: Session): Promise<number> {
  const [row] = await session.rows('SELECT UNIX_TIMESTAMP()');
  return Number(row?.[0] ?? Number.NaN) * 1000;
}
