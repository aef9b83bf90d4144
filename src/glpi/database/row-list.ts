import type { Session } from './session.ts';

/** How a server is told many rows of (id, was, becomes) in one statement. */
export interface Listing {
  /** Of one statement. */
  readonly rows: number;
  /** A query with placeholders that gives this many rows, at least one. */
  readonly list: (rows: number) => string;
}

const FIRST = 'SELECT ? AS id, ? AS was, ? AS becomes';

/**
 * A row of a table value constructor (MariaDB 10.3.3 and later) takes half the time of a SELECT in a UNION, of which
 * parsers do not take many either; MySQL, which has another word for it, and older servers get those.
 */
export async function listingOf(session: Pick<Session, 'rows'>): Promise<Listing> {
  const [row] = await session.rows('SELECT VERSION()');
  return takesValues(String(row?.[0] ?? '')) ? VALUES : SELECTS;
}

const VALUES: Listing = {
  rows: 1_000,
  list: (rows) => (rows === 1 ? FIRST : `${FIRST} UNION ALL VALUES ${repeated('(?, ?, ?)', rows - 1, ', ')}`),
};

const SELECTS: Listing = {
  rows: 200,
  list: (rows) => (rows === 1 ? FIRST : `${FIRST} UNION ALL ${repeated('SELECT ?, ?, ?', rows - 1, ' UNION ALL ')}`),
};

function repeated(text: string, times: number, between: string): string {
  return Array.from({ length: times }, () => text).join(between);
}

/** `10.11.18-MariaDB-0+deb12u1`; replication's prefix `5.5.5-` comes before it on some. */
export function takesValues(version: string): boolean {
  const [, major = 0, minor = 0, patch = 0] = (/(\d+)\.(\d+)\.(\d+)-MariaDB/i.exec(version) ?? []).map(Number);
  return major > 10 || (major === 10 && (minor > 3 || (minor === 3 && patch >= 3)));
}
