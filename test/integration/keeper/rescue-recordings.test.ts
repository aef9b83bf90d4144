import { existsSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replaceMember } from '../../../src/glpi/database/json-member.ts';
import type { Keeper, ReconcileOptions } from '../../../src/keeper/keeper.ts';
import { loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { loadRecording, type Recording, readRecordings } from '../../stand-in/mariadb/recordings.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { type Client, emptyRows, keyOf, openConnection, openedUnder, rowsNow } from './recorded-rows.ts';
import { type ScratchInstance, schemaName, scratchInstance } from './scratch-instance.ts';
import { sealLikeGlpi } from './sealed-schema.ts';

/** The two ways in which everything comes back: one command, and the next start with `KEYKEEPER_RESCUE=auto`. */
const WAYS: readonly [string, (instance: ScratchInstance) => Keeper, ReconcileOptions][] = [
  ['keykeeper rescue', (instance) => instance.keeper('guard'), { depth: 'full', asked: { scope: 'rescue' } }],
  ['the gate', (instance) => instance.keeper('gate'), {}],
];

const table: string[] = [];

describe.skipIf(!(await available('mariadb')))('what the recorded accidents destroyed', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
    process.stdout.write(`${table.sort().join('\n')}\n`);
  });

  for (const [way, open, options] of WAYS) {
    for (const recording of readRecordings()) {
      it(`comes back by ${way}: ${recording.event} on ${recording.glpi_version}`, async () => {
        const schema = await mariadb.createSchema(schemaName('rescue'));
        using instance = scratchInstance(mariadb, schema);
        await using connection = await openConnection(mariadb, schema);
        await fillVault(instance, connection.client, recording);
        const secrets = openedUnder(await rowsNow(connection.client, recording), keyOf(recording.key_before_hex));
        await happen(instance, connection.client, recording);
        const rows = await rowsNow(connection.client, recording);
        const left = openedUnder(rows, liveKeyOf(instance));
        // What an administrator typed in under the wrong key is newer than what was lost.
        if (recording.event === 'saved_while_wrong') for (const [place, typed] of left) secrets.set(place, typed);

        const result = await open(instance).reconcile(AbortSignal.timeout(20_000), options);

        const back = openedUnder(await rowsNow(connection.client, recording), liveKeyOf(instance));
        table.push(
          `${recording.glpi_version.padEnd(8)}${recording.event.padEnd(38)}${way.padEnd(18)}` +
            `${result.found.judgement.verdict} -> ${result.after.judgement.verdict}, ` +
            `${count(secrets, left)} of ${secrets.size} secrets before, ${count(secrets, back)} after`,
        );
        expect(result.after.judgement.verdict).toBe('sound');
        expect(back).toEqual(secrets);
      });
    }
  }

  for (const recording of readRecordings()) {
    it(`comes back as it was last, where the escrow is a day old: ${recording.event} on ${recording.glpi_version}`, async () => {
      const schema = await mariadb.createSchema(schemaName('rescue'));
      using instance = scratchInstance(mariadb, schema);
      await using connection = await openConnection(mariadb, schema);
      const { client } = connection;
      const key = keyOf(recording.key_before_hex);
      await loadGlpiTables(client, recording.glpi_version);
      await loadRecording(client, recording, 'before');
      await ageRows(client, recording, key);
      instance.put('glpicrypt.key', key);
      await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
      const dayOld = openedUnder(await rowsNow(client, recording), key);
      await emptyRows(client, recording);
      await loadRecording(client, recording, 'before');
      const newer = openedUnder(await rowsNow(client, recording), key);
      await happen(instance, client, recording);
      const wanted = await lastKnown({ client, recording, key, dayOld, newer, instance });

      await instance
        .keeper('guard')
        .reconcile(AbortSignal.timeout(20_000), { depth: 'full', asked: { scope: 'rescue' } });

      expect(openedUnder(await rowsNow(client, recording), liveKeyOf(instance))).toEqual(wanted);
    });
  }
});

interface Aged {
  readonly client: Client;
  readonly recording: Recording;
  readonly key: Buffer;
  readonly dayOld: ReadonlyMap<string, string>;
  readonly newer: ReadonlyMap<string, string>;
  readonly instance: ScratchInstance;
}

/**
 * The newest of each secret that is anywhere: as it stands in the rows under either key, behind what was garbled, or else
 * as the vault has it.
 */
async function lastKnown({ client, recording, key, dayOld, newer, instance }: Aged): Promise<Map<string, string>> {
  const rows = await rowsNow(client, recording);
  const readable = new Map([...openedUnder(rows, key), ...openedUnder(rows, liveKeyOf(instance))]);
  const garbled = recording.event === 'change_key_while_missing';
  const wanted = new Map<string, string>();
  for (const [place, old] of dayOld) {
    const standing = readable.get(place);
    wanted.set(place, garbled ? (newer.get(place) ?? '') : (standing ?? old));
  }
  return wanted;
}

/** Every recorded secret as it was a day before: another one, sealed by the same GLPI. */
async function ageRows(client: Client, recording: Recording, key: Buffer): Promise<void> {
  const cells = await rowsNow(client, recording);
  const { rows_before } = recording;
  for (const [place, secret] of openedUnder(cells, key)) {
    const row = rows_before.find(({ table, column, id }) => place === `${table}.${column} #${id}`);
    const cell = cells.get(place) ?? '';
    if (row === undefined) throw new Error(`${place} was not recorded`);
    // The registration key is no password: of it only the same one can be an older one.
    if (row.name === 'glpinetwork_registration_key') continue;
    const sealed = sealLikeGlpi(`a day older than ${secret.slice(0, 20)}`, key);
    const aged = cell.startsWith('{') ? replaceMember(cell, '$.secret', sealed) : sealed;
    await client.query('UPDATE ?? SET ?? = ? WHERE id = ?', [row.table, row.column, aged, row.id]);
  }
}

function count(wanted: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): number {
  return [...wanted].filter(([place, secret]) => found.get(place) === secret).length;
}

/** As Keykeeper itself fills it, in good times. */
async function fillVault(instance: ScratchInstance, client: Client, recording: Recording): Promise<void> {
  await loadGlpiTables(client, recording.glpi_version);
  await loadRecording(client, recording, 'before');
  instance.put('glpicrypt.key', keyOf(recording.key_before_hex));
  await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
}

async function happen(instance: ScratchInstance, client: Client, recording: Recording): Promise<void> {
  await emptyRows(client, recording);
  await loadRecording(client, recording, 'after');
  if (recording.key_after_hex === null) rmSync(instance.keyPath);
  else instance.put('glpicrypt.key', keyOf(recording.key_after_hex));
}

/** Empty where there is none. */
function liveKeyOf(instance: ScratchInstance): Buffer {
  return existsSync(instance.keyPath) ? instance.read('glpicrypt.key') : Buffer.alloc(0);
}
