import { rmSync } from 'node:fs';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openValue } from '../../../src/glpi/sealed-value.ts';
import { loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { loadRecording, type Recording, readRecordings } from '../../stand-in/mariadb/recordings.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { type ScratchInstance, schemaName, scratchInstance } from './scratch-instance.ts';

const ROW = "context = 'core' AND name = 'glpinetwork_registration_key'";

describe.skipIf(!(await available('mariadb')))('the registration key, after each recorded accident', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  for (const recording of readRecordings()) {
    const { event, glpi_version: version } = recording;
    for (const stage of ['gate', 'guard'] as const) {
      const where = stage === 'gate' ? 'before GLPI starts' : 'while GLPI runs';
      it(`is what it was, readable to GLPI, ${where}: ${event} on ${version}`, async () => {
        const schema = await mariadb.createSchema(schemaName('recording'));
        const client = await mariadb.connect({ schema });
        try {
          using instance = scratchInstance(mariadb, schema);
          await liveThrough(recording, client, instance);

          const keeper = instance.keeper(stage);
          await keeper.reconcile(AbortSignal.timeout(20_000));
          await keeper.reconcile(AbortSignal.timeout(20_000));

          expect(await readableKey(client, instance)).toBe(recordedKey(recording));
        } finally {
          await client.end();
        }
      });
    }
  }
});

/** The instance is captured as it was before; then the accident happens. */
async function liveThrough(recording: Recording, client: Connection, instance: ScratchInstance): Promise<void> {
  await loadGlpiTables(client, recording.glpi_version);
  await loadRecording(client, recording, 'before');
  instance.put('glpicrypt.key', Buffer.from(recording.key_before_hex ?? '', 'hex'));
  await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
  // Rows that the event emptied must not linger.
  for (const row of recording.rows_before) {
    await client.query('UPDATE ?? SET ?? = ? WHERE id = ?', [row.table, row.column, '', row.id]);
  }
  await loadRecording(client, recording, 'after');
  if (recording.key_after_hex === null) rmSync(instance.keyPath);
  else instance.put('glpicrypt.key', Buffer.from(recording.key_after_hex, 'hex'));
}

/** The registration key as GLPI reads it: with the key file as it lies there. */
async function readableKey(client: Connection, instance: ScratchInstance): Promise<string | undefined> {
  const [rows] = await client.query<RowDataPacket[]>(`SELECT value FROM glpi_configs WHERE ${ROW}`);
  return openValue(String(rows[0]?.value ?? ''), instance.read('glpicrypt.key'))?.toString('utf8');
}

function recordedKey({ rows_before: rows }: Recording): string {
  const row = rows.find(({ name }) => name === 'glpinetwork_registration_key');
  return Buffer.from(row?.plaintext_base64 ?? '', 'base64').toString('utf8');
}
