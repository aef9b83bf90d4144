import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { Keeper } from '../../../src/keeper/keeper.ts';
import { monotonic } from '../../../src/keeper/monotonic.ts';
import { noPlatform } from '../../../src/platform/none.ts';
import type { Vault } from '../../../src/vault/vault.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { type RotateScene, rotateScene } from './rotate-scene.ts';

const never = new AbortController().signal;

describe.skipIf(!(await available('mariadb')))('a run that could not read the escrow the first time', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('captures what it found at first, and then what it could not see', async () => {
    await using scene = await rotateScene(mariadb, '10.0.17', ['glpi_mailcollectors']);
    const { instance } = scene;
    await scene.save('at first', scene.key);
    await instance.keeper('gate').reconcile(never);
    await scene.save('since then', scene.key);
    // Two reasons to capture, of which the first look sees one.
    instance.put('oauth.pem', 'a private key', 0o600);

    const result = await keeperOf(scene).reconcile(never, { depth: 'full' });

    const vault = await instance.openVault();
    const newest = (await vault.list()).generations.at(-1);
    expect(newest).toBeDefined();
    if (newest === undefined) return;
    expect(newest.files.map(({ name }) => name)).toContain('oauth.pem');
    expect(newest.escrowDigest).toBe(escrowDigestOf(result));
  });
});

function escrowDigestOf({ after }: Awaited<ReturnType<Keeper['reconcile']>>) {
  const { database } = after.pass.observation;
  return database.kind === 'answers' ? database.escrowDigest : null;
}

/** A keeper whose vault fails once where the escrow is read. */
function keeperOf({ instance }: RotateScene): Keeper {
  let failed = false;
  const openVault = async () => {
    const vault = await instance.openVault();
    return new Proxy(vault, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name !== 'escrow' || failed) return member.bind(target);
        return async (): ReturnType<Vault['escrow']> => {
          failed = true;
          throw new Failure('vault-unreadable', 'the vault cannot be read: EIO', { target: 'escrow' });
        };
      },
    });
  };
  const { settings } = instance;
  return new Keeper({ settings, openVault, platform: noPlatform(), now: () => new Date(), monotonic }, 'gate');
}
