import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planRescue } from '../../../src/core/plan-rescue.ts';
import { recoverSealed } from '../../../src/glpi/garbled.ts';
import { KeyRing } from '../../../src/glpi/key-ring.ts';
import { LEGACY_CONSTANT, legacyDecrypt } from '../../../src/glpi/legacy.ts';
import { openValue, sealWithNonce } from '../../../src/glpi/sealed-value.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { type RescueScene, rescueScene } from './rescue-scene.ts';
import { sealLikeGlpi } from './sealed-schema.ts';

/** What became of one value in the bad time. */
const FATES = [
  'good',
  'other-key',
  'garbled',
  'twice-garbled',
  'wiped',
  'emptied',
  'null',
  'dead',
  'typed',
  'gone',
] as const;
type Fate = (typeof FATES)[number];

const NOBODYS_KEY = Buffer.alloc(32, 7);

describe.skipIf(!(await available('mariadb')))('after any mixture of accidents', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('a rescue brings back all that can be, makes nothing worse, and says the rest', async () => {
    const fates = fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(fates, async (happened) => {
        const secrets = happened.map((fate, index) => `secret ${index} ${fate}`);
        await using scene = await rescueScene(mariadb, [...secrets, ...untouched(happened.length)]);
        const olderKey = await anOlderKey(scene);
        await inABadTime(scene, async () => {
          for (const [index, fate] of happened.entries()) await strike(scene, index + 1, fate, olderKey);
        });

        const result = await scene.rescue();
        const again = await scene.rescue();

        for (const [index, fate] of happened.entries()) {
          expect([fate, await scene.secret(index + 1)]).toEqual([fate, wanted(fate, secrets[index] ?? '')]);
        }
        const { pass, judgement } = result.after;
        const { steps, retype, older } = planRescue(pass.observation, judgement, {});
        const deads = happened.flatMap((fate, index) => (fate === 'dead' ? [index + 1] : []));
        expect(steps).toEqual([]);
        expect([...retype, ...older].map((each) => each.id).sort((a, b) => a - b)).toEqual(deads);
        expect(again.reports.filter((each) => each.action === 'rescue-values')).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });
});

/** More than the others: the key that opens most is the one that comes back. */
function untouched(count: number): string[] {
  return Array.from({ length: count + 1 }, (_, index) => `untouched ${index}`);
}

function wanted(fate: Fate, secret: string): string | null {
  if (fate === 'typed') return 'typed in since';
  return fate === 'dead' || fate === 'gone' ? null : secret;
}

/** A key that the vault knows from before, and that is not live. */
async function anOlderKey({ instance, key }: RescueScene): Promise<Buffer> {
  const older = randomBytes(32);
  const vault = await instance.openVault();
  const [newest] = (await vault.list()).generations.slice(-1);
  if (newest === undefined) throw new Error('the vault is empty');
  instance.put('glpicrypt.key', older);
  await instance.keeper('gate', { database: { kind: 'none' } }).reconcile(AbortSignal.timeout(20_000));
  instance.put('glpicrypt.key', key);
  await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
  expect((await vault.list()).generations.some((each) => each.fingerprint === fingerprintOf(older))).toBe(true);
  return older;
}

async function inABadTime(scene: RescueScene, meanwhile: () => Promise<void>): Promise<void> {
  rmSync(scene.instance.keyPath);
  await meanwhile();
  await scene.look();
}

async function strike(scene: RescueScene, id: number, fate: Fate, olderKey: Buffer): Promise<void> {
  const { key } = scene;
  const now = (await scene.cell(id)) ?? '';
  const plain = openValue(now, key)?.toString('utf8') ?? '';
  switch (fate) {
    case 'good':
      return;
    case 'other-key':
      return scene.write(id, sealLikeGlpi(plain, olderKey));
    case 'garbled':
      return scene.write(id, garble(now, key));
    case 'twice-garbled':
      return scene.write(id, garble(garble(now, key), key));
    case 'wiped':
      return scene.write(id, sealLikeGlpi('', key));
    case 'emptied':
      return scene.write(id, '');
    case 'null':
      return scene.write(id, null);
    case 'dead':
      return scene.write(id, sealLikeGlpi(plain, NOBODYS_KEY));
    case 'typed':
      return scene.write(id, sealLikeGlpi('typed in since', key));
    case 'gone':
      await scene.client.query('DELETE FROM glpi_mailcollectors WHERE id = ?', [id]);
  }
}

/**
 * What `security:change_key` without a key file makes of a value: the legacy routine over the ciphertext, sealed. The
 * routine loses bytes of one value in some 500; such a nonce is drawn again, for here nothing is to be lost.
 */
function garble(value: string, key: Buffer): string {
  const rubbish = legacyDecrypt(value, LEGACY_CONSTANT);
  const keys = new Map([[fingerprintOf(key), key]]);
  const context = { ring: new KeyRing(keys), legacyKeys: [LEGACY_CONSTANT], version: '10.0.17' };
  if (recoverSealed(rubbish, context) !== null) return sealWithNonce(rubbish, key, randomBytes(24));
  const plain = openValue(value, key);
  if (plain === null) throw new Error('the value does not open');
  return garble(sealWithNonce(plain, key, randomBytes(24)), key);
}
