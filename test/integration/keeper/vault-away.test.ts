import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Keeper } from '../../../src/keeper/keeper.ts';
import { monotonic } from '../../../src/keeper/monotonic.ts';
import { noPlatform } from '../../../src/platform/none.ts';
import { keyNamed } from '../../unit/vault/draft-of.ts';
import { SECRET, type SecretPlace, secretPlace } from '../../unit/vault/kubernetes/secret-place.ts';
import { type ScratchInstance, scratchInstance } from './scratch-instance.ts';

const never = new AbortController().signal;
let place: SecretPlace;
let instance: ScratchInstance;
let keeper: Keeper;

beforeEach(async () => {
  place = await secretPlace();
  instance = scratchInstance(null, 'unused');
  const session = place.session();
  const openVault = () => place.open({}, session);
  const { settings } = instance;
  keeper = new Keeper({ settings, openVault, platform: noPlatform(), now: () => new Date(), monotonic }, 'guard');
  instance.put('glpicrypt.key', keyNamed('live'));
  await keeper.reconcile(never);
});

afterEach(async () => {
  instance[Symbol.dispose]();
  await place[Symbol.asyncDispose]();
});

describe('a watch whose vault in a Secret goes away', () => {
  it.each([
    ['is stopped', () => place.double.stop()],
    ['forbids everything', async () => place.double.faults.plan({ kind: 'status', status: 403 })],
    ['does not answer', async () => place.double.faults.plan({ kind: 'hang' })],
  ])(
    'puts the key back from memory while the API server %s, and uses the vault again afterwards',
    async (_, takeAway) => {
      await takeAway();
      const broken = await keeper.reconcile(never);
      rmSync(instance.keyPath);

      await keeper.putBackAtOnce(never);

      expect(instance.read('glpicrypt.key')).toEqual(keyNamed('live'));
      expect(broken.findings).toContainEqual(expect.objectContaining({ code: 'vault-unreadable', severity: 'error' }));
      place.double.faults.clear();
      await place.double.stop();
      await place.double.start();
      const again = await keeper.reconcile(never);
      expect(again.after.pass.observation.vault.kind).toBe('ready');
    },
  );

  it('has the deleted Secret back with all its generations at the next look', async () => {
    const before = (await (await place.open({ create: false })).list()).generations;
    place.double.objects.delete(SECRET);

    await keeper.reconcile(never);

    expect((await (await place.open({ create: false })).list()).generations).toEqual(before);
  });
});
