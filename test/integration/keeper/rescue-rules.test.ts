import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LEGACY_CONSTANT } from '../../../src/glpi/legacy.ts';
import { sealWithNonce } from '../../../src/glpi/sealed-value.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { garbleAs } from '../../unit/glpi/glpi-legacy-twin.ts';
import { type RescueScene, rescueScene } from './rescue-scene.ts';
import { sealLikeGlpi } from './sealed-schema.ts';

describe.skipIf(!(await available('mariadb')))('a value that is empty now', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('was emptied on purpose where the key was sound all along: it stays so, and leaves the escrow', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two']);
    await scene.write(1, '');

    const result = await scene.look();
    const rescued = await scene.rescue();

    expect(result.found.judgement).toMatchObject({ verdict: 'sound', emptied: [] });
    expect(await scene.cell(1)).toBe('');
    expect(rescued.reports.filter((each) => each.action === 'rescue-values')).toEqual([]);
    expect(await keptPlaces(scene)).toEqual([2]);
  });

  it.each([
    ['an empty text', ''],
    ['the digit nought', '0'],
    ['NULL', null],
  ])('comes back where it was saved as %s while the key was missing', async (_, emptied) => {
    await using scene = await rescueScene(mariadb, ['one', 'two']);
    await loseKey(scene, async () => scene.write(1, emptied));

    const named = await scene.look();
    const rescued = await scene.rescue();

    expect(named.after.judgement.verdict).toBe('damaged');
    expect(named.findings.map((each) => each.code)).toContain('values-emptied');
    expect([await scene.secret(1), await scene.secret(2)]).toEqual(['one', 'two']);
    expect(rescued.after.judgement.verdict).toBe('sound');
  });

  it('comes back by itself at the gate with KEYKEEPER_RESCUE=auto', async () => {
    await using scene = await rescueScene(mariadb, ['one']);
    await loseKey(scene, async () => scene.write(1, ''));

    const keeper = scene.instance.keeper('gate', { rescue: 'auto' });
    const result = await keeper.reconcile(AbortSignal.timeout(20_000));

    expect(await scene.secret(1)).toBe('one');
    expect([result.after.judgement.verdict, keeper.decide(result).exitCode]).toEqual(['sound', 0]);
  });

  it('never comes back over what an administrator typed in since', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two']);
    await loseKey(scene, async () => {
      await scene.write(1, '');
      await scene.write(2, '');
    });
    await scene.look();
    await scene.write(1, sealLikeGlpi('typed in again', scene.key));

    await scene.rescue();

    expect([await scene.secret(1), await scene.secret(2)]).toEqual(['typed in again', 'two']);
  });

  it('is not missed where its row was deleted', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two']);
    await loseKey(scene, async () => {
      await scene.client.query('DELETE FROM glpi_mailcollectors WHERE id = 1');
    });

    const result = await scene.look();

    expect(result.after.judgement.verdict).toBe('sound');
    expect(await keptPlaces(scene)).toEqual([2]);
  });

  it('is given up with accept, and named no more', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two']);
    await loseKey(scene, async () => scene.write(1, ''));
    await scene.look();

    const keeper = scene.instance.keeper('ask');
    await keeper.reconcile(AbortSignal.timeout(20_000), { depth: 'full', asked: { scope: 'accept' } });
    const result = await scene.look();

    expect(result.after.judgement.verdict).toBe('sound');
    expect(await scene.cell(1)).toBe('');
  });
});

describe.skipIf(!(await available('mariadb')))('a rescue', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('takes the value as it was last seen, not as it was first', async () => {
    await using scene = await rescueScene(mariadb, ['first', 'other']);
    await scene.write(1, sealLikeGlpi('changed since', scene.key));
    await scene.look();
    await scene.write(1, sealLikeGlpi('', scene.key));

    await scene.rescue();

    expect(await scene.secret(1)).toBe('changed since');
  });

  it('takes from the vault what nothing computes back', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two']);
    const value = lossyUnder11('lost by half', scene.key);
    await scene.write(1, value);
    await scene.look();
    await scene.write(1, sealWithNonce(garbleAs('11.0.6', value, LEGACY_CONSTANT), scene.key, randomBytes(24)));

    const result = await scene.rescue();

    expect(await scene.secret(1)).toBe('lost by half');
    expect(result.after.judgement.verdict).toBe('sound');
  });

  it('leaves a value that is newer than the escrow', async () => {
    await using scene = await rescueScene(mariadb, ['first', 'other']);
    await scene.write(1, sealLikeGlpi('changed since the last capture', scene.key));
    await scene.write(2, sealLikeGlpi('', scene.key));

    await scene.rescue();

    expect([await scene.secret(1), await scene.secret(2)]).toEqual(['changed since the last capture', 'other']);
  });

  it('has nothing to do the second time', async () => {
    await using scene = await rescueScene(mariadb, ['one']);
    await scene.write(1, sealLikeGlpi('', scene.key));
    await scene.rescue();
    const cell = await scene.cell(1);

    const again = await scene.rescue();

    expect(again.reports.filter((each) => each.action === 'rescue-values')).toEqual([]);
    expect(await scene.cell(1)).toBe(cell);
  });

  it('is undone where nobody wrote since, and only there', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two', 'three']);
    const wiped = sealLikeGlpi('', scene.key);
    await loseKey(scene, async () => scene.write(3, null));
    await scene.write(1, wiped);
    await scene.write(2, wiped);
    await scene.rescue();
    const typed = sealLikeGlpi('typed in since', scene.key);
    await scene.write(2, typed);

    const result = await scene.undo();

    expect([await scene.cell(1), await scene.cell(2), await scene.cell(3)]).toEqual([wiped, typed, null]);
    expect(result.reports.filter((each) => each.action === 'undo-rescue')).toMatchObject([{ done: true }]);
    const again = await scene.undo();
    expect(await scene.cell(1)).toBe(wiped);
    expect(again.findings.filter((each) => each.severity === 'error')).toEqual([]);
  });

  it('writes nothing while values keep changing', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two']);
    await scene.write(1, sealLikeGlpi('', scene.key));
    const wiped = await scene.cell(1);
    const keeper = scene.instance.keeper('guard', { settle: 400 });

    const run = keeper.reconcile(AbortSignal.timeout(20_000), { depth: 'full', asked: { scope: 'rescue' } });
    const saving = setInterval(() => void scene.write(2, sealLikeGlpi('saved again', scene.key)), 40);
    const result = await run.finally(() => clearInterval(saving));

    expect(result.reports.filter((each) => each.action === 'rescue-values')).toEqual([]);
    expect(await scene.cell(1)).toBe(wiped);
  });

  it('names what only a person can bring back, and touches it not', async () => {
    await using scene = await rescueScene(mariadb, ['one', 'two']);
    const foreign = sealLikeGlpi('under a key that nobody has', Buffer.alloc(32, 9));
    await scene.client.query('INSERT INTO glpi_mailcollectors (id, passwd) VALUES (9, ?)', [foreign]);

    const result = await scene.rescue();

    expect(result.after.judgement.dead.map((each) => each.reference.id)).toEqual([9]);
    expect(await scene.cell(9)).toBe(foreign);
  });
});

/** A value whose nonce GLPI 11's legacy routine turns into both `<` and `&lt;`, which it then writes alike. */
function lossyUnder11(secret: string, key: Buffer): string {
  const wanted = Buffer.concat([Buffer.from('<&lt;'), randomBytes(19)]);
  const { length } = LEGACY_CONSTANT;
  const nonce = wanted.map((byte, index) => byte + (LEGACY_CONSTANT[(index + length - 1) % length] ?? 0));
  return sealWithNonce(Buffer.from(secret), key, Buffer.from(nonce));
}

/** GLPI runs without a key for a while, and something happens; then the key comes back. */
async function loseKey(scene: RescueScene, meanwhile: () => Promise<void>): Promise<void> {
  rmSync(scene.instance.keyPath);
  await meanwhile();
  await scene.look();
}

/** Ids of the receivers whose values the newest escrow holds. */
async function keptPlaces({ instance }: RescueScene): Promise<number[]> {
  const vault = await instance.openVault();
  const { generations } = await vault.list();
  const newest = generations.findLast((each) => each.escrowCount > 0);
  if (newest === undefined) return [];
  const { entries } = await vault.escrow(newest);
  return entries.map((each) => each.reference.id);
}
