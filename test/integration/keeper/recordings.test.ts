import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/core/verdict.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { loadRecording, type Recording, readRecordings } from '../../stand-in/mariadb/recordings.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { emptyRows, keyOf, openConnection } from './recorded-rows.ts';
import { schemaName, scratchInstance } from './scratch-instance.ts';

interface Expected {
  readonly verdict: Verdict;
  /** Which of the recorded keys is live afterwards. */
  readonly key: 'before' | 'after';
}

/**
 * What an administrator may expect of the next start. `security:change_key` made a new key and moved what it could to
 * it: that key stays. The auto-install and a Save with another key left the rows under the old one: that one comes back.
 */
function expected({ event, glpi_version }: Recording): Expected {
  switch (event) {
    case 'rotated':
      return { verdict: glpi_version === '11.0.6' ? 'mixed' : 'sound', key: 'after' };
    case 'change_key_killed':
    case 'saved_while_wrong':
      return { verdict: 'mixed', key: 'after' };
    case 'change_key_while_missing':
    case 'change_key_while_wrong':
      return { verdict: glpi_version === '11.0.6' ? 'mixed' : 'damaged', key: 'after' };
    case 'auto_install_on_lost_volume':
      return { verdict: 'wrong', key: 'before' };
    case 'auto_install_with_key_restored_alone':
      return glpi_version === '9.5.6' ? { verdict: 'sound', key: 'before' } : { verdict: 'wrong', key: 'before' };
    case 'saved_while_missing':
      return { verdict: 'missing', key: 'before' };
    default:
      throw new Error(`there is no expectation for ${event}`);
  }
}

describe.skipIf(!(await available('mariadb')))('the recorded accidents, with the vault as it was filled before', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  for (const recording of readRecordings()) {
    const { verdict, key } = expected(recording);
    it(`calls ${recording.event} on ${recording.glpi_version} ${verdict} and has the key from ${key} the event live`, async () => {
      const schema = await mariadb.createSchema(schemaName('recording'));
      using instance = scratchInstance(mariadb, schema);
      await using connection = await openConnection(mariadb, schema);
      const before = keyOf(recording.key_before_hex);
      const after = recording.key_after_hex === null ? null : keyOf(recording.key_after_hex);
      await loadGlpiTables(connection.client, recording.glpi_version);
      await loadRecording(connection.client, recording, 'before');
      instance.put('glpicrypt.key', before);
      const adopted = await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
      await emptyRows(connection.client, recording);
      await loadRecording(connection.client, recording, 'after');
      if (after === null) rmSync(instance.keyPath);
      else instance.put('glpicrypt.key', after);

      const keeper = instance.keeper('gate');
      const result = await keeper.reconcile(AbortSignal.timeout(20_000));

      const wanted = key === 'before' ? before : (after ?? before);
      expect(adopted.found.judgement.verdict).toBe('sound');
      expect({
        verdict: result.found.judgement.verdict,
        live: fingerprintOf(instance.read('glpicrypt.key')),
        gate: keeper.decide(result).exitCode,
      }).toEqual({ verdict, live: fingerprintOf(wanted), gate: 0 });
      const { generations } = await (await instance.openVault()).list();
      const kept = new Set(generations.map((each) => each.fingerprint));
      for (const each of [before, after]) if (each !== null) expect(kept).toContain(fingerprintOf(each));
    });
  }
});
