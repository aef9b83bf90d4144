import type { SecuredField } from '../secured-fields.ts';
import { selectedCell } from './read-table.ts';
import { quoted, type Session } from './session.ts';

/** Hexadecimal digits of a row's SHA-256 that are summed: 60 bits, which every server takes for an integer. */
const DIGITS = 15;
/** Stands in the sum for a row that has no hash: more than all rows that have one come to. */
const NO_HASH = `1${'0'.repeat(30)}`;

/**
 * What a table's rows hold in the columns that are read, as the server sees it: how many rows, and the sum of a part of
 * each row's SHA-256. Two contents share it once in 2^60, unless somebody who writes rows seeks such a pair; all that he
 * gains is a write that the guard of each row refuses (rewrite-values.ts).
 *
 * Every cell is hashed as its bytes behind its length, NULL being none, so that no two rows look alike. A row too long for
 * `max_allowed_packet` has no hash. The hash stands in the statement once: a server computes it anew wherever it does.
 *
 * @returns null where it does not stand for all rows
 */
export async function checksumTable(
  session: Session,
  table: string,
  fields: readonly SecuredField[],
): Promise<string | null> {
  const cells = fields.map((field) => {
    const cell = selectedCell(field);
    return `IF(${cell} IS NULL, '-', CONCAT(LENGTH(${cell}), ':', CAST(${cell} AS BINARY)))`;
  });
  const filled = fields.map(({ column }) => `LENGTH(${quoted(column)}) > 0`).join(' OR ');
  const hash = `CAST(CONV(LEFT(SHA2(CONCAT(id, ';', ${cells.join(', ')}), 256), ${DIGITS}), 16, 10) AS UNSIGNED)`;
  const [row] = await session.rows(
    `SELECT COUNT(*), CAST(SUM(IFNULL(${hash}, ${NO_HASH})) AS CHAR) FROM ${session.table(table)} WHERE ${filled}`,
  );
  const [rows, sum] = row ?? [];
  const digits = String(sum ?? '');
  return digits.length < NO_HASH.length ? `${Number(rows)} ${digits}` : null;
}
