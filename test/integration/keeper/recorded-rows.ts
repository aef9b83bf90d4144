import { readMember } from '../../../src/glpi/database/json-member.ts';
import { openValue } from '../../../src/glpi/sealed-value.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import type { Recording } from '../../stand-in/mariadb/recordings.ts';

export async function openConnection(mariadb: Mariadb, schema: string) {
  const client = await mariadb.connect({ schema });
  return { client, [Symbol.asyncDispose]: async () => client.end() };
}

export type Client = Awaited<ReturnType<typeof openConnection>>['client'];

export function keyOf(hex: string | null): Buffer {
  if (hex === null) throw new Error('the recording has no such key');
  return Buffer.from(hex, 'hex');
}

/** Rows that the event deleted must not linger: everything recorded is taken out first. */
export async function emptyRows(client: Client, recording: Recording): Promise<void> {
  for (const row of recording.rows_before) {
    await client.query('UPDATE ?? SET ?? = NULL WHERE id = ?', [row.table, row.column, row.id]);
  }
}

/** What the recorded rows hold at this moment, by place. */
export async function rowsNow(client: Client, recording: Recording): Promise<Map<string, string | null>> {
  const cells = new Map<string, string | null>();
  for (const { table, column, id } of recording.rows_before) {
    const [rows] = await client.query('SELECT ?? AS cell FROM ?? WHERE id = ?', [column, table, id]);
    const [row] = rows as { cell: string | null }[];
    cells.set(`${table}.${column} #${id}`, row?.cell ?? null);
  }
  return cells;
}

/** The secrets among them: what opens under the key, and is not empty. A two-factor secret lies in JSON. */
export function openedUnder(cells: ReadonlyMap<string, string | null>, key: Buffer): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const [place, cell] of cells) {
    const sealed = cell?.startsWith('{') === true ? readMember(cell, '$.secret') : cell;
    const plaintext = sealed === null || key.length !== 32 ? null : openValue(sealed, key);
    if (plaintext !== null && plaintext.length > 0) secrets.set(place, plaintext.toString('latin1'));
  }
  return secrets;
}
