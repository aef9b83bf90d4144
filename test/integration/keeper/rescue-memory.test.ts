import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { referenceKey } from '../../../src/core/reference-key.ts';
import { readMember } from '../../../src/glpi/database/json-member.ts';
import { openValue } from '../../../src/glpi/sealed-value.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { type RescueScene, rescueScene } from './rescue-scene.ts';
import { sealLikeGlpi } from './sealed-schema.ts';

describe.skipIf(!(await available('mariadb')))('what Keykeeper remembers of accidents and rescues', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('keeps it from a fight: who empties again what was brought back means it', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two']);
    await loseKey(scene, async () => scene.write(1, ''));
    await scene.start();
    const back = await scene.secret(1);

    await scene.write(1, '');
    const result = await scene.start();

    expect(back).toBe('one');
    expect(await scene.cell(1)).toBe('');
    expect(result.after.judgement.verdict).toBe('sound');
  });

  it('keeps the next start from doing again what an operator has undone, until a rescue is asked for', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two', 'three']);
    const wiped = sealLikeGlpi('', scene.key);
    await loseKey(scene, async () => scene.write(1, null));
    await scene.write(2, wiped);
    await scene.rescue();
    await scene.undo();

    const result = await scene.start();

    expect([await scene.cell(1), await scene.cell(2)]).toEqual([null, wiped]);
    expect(result.after.judgement.verdict).toBe('damaged');
    await scene.rescue();
    expect([await scene.secret(1), await scene.secret(2)]).toEqual(['one', 'two']);
  });

  it('tells of an emptied value also where only a sample of the values is read', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two']);
    await scene.client.query("INSERT INTO glpi_mailcollectors (id, passwd) SELECT 1000 + seq, '' FROM seq_1_to_1200");
    await loseKey(scene, async () => scene.write(1, ''));

    const result = await scene.look();

    const { database } = result.found.pass.observation;
    expect(database.kind === 'answers' && result.found.judgement.verdict).toBe('damaged');
    expect(result.after.judgement.emptied.map((each) => each.reference.id)).toEqual([1]);
  });

  it('brings back by name what was emptied long before it was missed', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two']);
    await scene.write(1, '');
    await scene.look();
    const offered = await scene.rescue();
    const { database } = offered.after.pass.observation;
    const past = database.kind === 'answers' ? database.past : [];

    const result = await scene.rescue({ named: past.map((each) => referenceKey(each.reference)) });

    expect(await scene.secret(1)).toBe('one');
    expect(past).toMatchObject([{ reference: { id: 1 }, holds: 'nothing' }]);
    expect(result.after.judgement.verdict).toBe('sound');
  });

  it('knows a secret that was emptied inside the JSON around it', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two'], '11.0.6');
    const second = (secret: string) => JSON.stringify({ algorithm: 'totp', secret, digits: 6 });
    const write = (cell: string) => scene.client.query('UPDATE glpi_users SET 2fa = ? WHERE id = 2', [cell]);
    await write(second(sealLikeGlpi('the second factor', scene.key)));
    await scene.look();
    await loseKey(scene, async () => {
      await write(second(''));
    });

    await scene.rescue();

    const cell = await secondFactor(scene);
    expect(openValue(readMember(cell, '$.secret') ?? '', scene.key)?.toString()).toBe('the second factor');
    expect(JSON.parse(cell)).toMatchObject({ algorithm: 'totp', digits: 6 });
    await scene.undo();
    expect(await secondFactor(scene)).toBe(second(''));
  });

  it('does not bring back a token that GLPI itself has used up', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two'], '11.0.6');
    const write = (cell: string | null) =>
      scene.client.query('UPDATE glpi_users SET password_forget_token = ? WHERE id = 2', [cell]);
    await write(sealLikeGlpi('a token by mail', scene.key));
    await scene.look();
    await loseKey(scene, async () => {
      await write(null);
    });

    const result = await scene.rescue();

    expect(result.after.judgement).toMatchObject({ verdict: 'sound', emptied: [] });
  });
});

async function loseKey(scene: RescueScene, meanwhile: () => Promise<unknown>): Promise<void> {
  rmSync(scene.instance.keyPath);
  await meanwhile();
  await scene.look();
}

async function secondFactor({ client }: RescueScene): Promise<string> {
  const [rows] = await client.query('SELECT 2fa AS cell FROM glpi_users WHERE id = 2');
  return (rows as { cell: string }[])[0]?.cell ?? '';
}
