import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { absolutePath } from '../../../src/core/brand.ts';
import { Keeper } from '../../../src/keeper/keeper.ts';
import { monotonic } from '../../../src/keeper/monotonic.ts';
import { Seed } from '../../../src/keeper/seed-vault.ts';
import { noPlatform } from '../../../src/platform/none.ts';
import { keyNamed } from '../../unit/vault/draft-of.ts';
import { type ScratchInstance, scratchInstance } from './scratch-instance.ts';

const never = new AbortController().signal;
let instance: ScratchInstance;
let directory: string;

beforeEach(() => {
  instance = scratchInstance(null, 'unused');
  directory = join(instance.configDir, '..', 'seed');
  mkdirSync(directory);
});

afterEach(() => instance[Symbol.dispose]());

function put(name: string, content: Buffer | string): void {
  writeFileSync(join(directory, name), content);
}

function keeperWithSeed(): Keeper {
  const { settings, openVault } = instance;
  const seed = new Seed(settings, absolutePath(directory));
  return new Keeper({ settings, openVault, platform: noPlatform(), seed, now: () => new Date(), monotonic }, 'gate');
}

async function generations() {
  return (await (await instance.openVault()).list()).generations;
}

describe('a seed', () => {
  it.each([
    ['raw bytes', keyNamed('seed')],
    ['hex', keyNamed('seed').toString('hex')],
    ['base64 with a newline', `${keyNamed('seed').toString('base64')}\n`],
  ])('of %s becomes the first generation of an empty vault, unproven, and is restored', async (_, content) => {
    put('glpicrypt.key', content);
    put('config_db.php', '<?php class DB extends DBmysql {}\n');

    await keeperWithSeed().reconcile(never);

    const [first] = await generations();
    expect(first).toMatchObject({ number: 1, reason: 'seed', proof: null, verdict: 'unproven' });
    expect(first?.files.map(({ name }) => name)).toEqual(['glpicrypt.key', 'config_db.php']);
    expect(instance.read('glpicrypt.key')).toEqual(keyNamed('seed'));
  });

  it('is read through the symbolic links that the kubelet makes of a mounted Secret', async () => {
    mkdirSync(join(directory, '..data'));
    put('..data/glpicrypt.key', keyNamed('seed'));
    symlinkSync('..data/glpicrypt.key', join(directory, 'glpicrypt.key'));

    await keeperWithSeed().reconcile(never);

    expect(instance.read('glpicrypt.key')).toEqual(keyNamed('seed'));
  });

  it('keeps the registration key that lies beside it', async () => {
    const key = Buffer.from('{"signature":"s"}').toString('base64');
    put('glpicrypt.key', keyNamed('seed'));
    put('registration-key', `${key}\n`);

    await keeperWithSeed().reconcile(never);

    const [first] = await generations();
    expect(first?.registration.kind === 'kept' && first.registration.key?.reveal()).toBe(key);
  });

  it('never replaces a live key', async () => {
    put('glpicrypt.key', keyNamed('seed'));
    instance.put('glpicrypt.key', keyNamed('live'));

    await keeperWithSeed().reconcile(never);

    expect(instance.read('glpicrypt.key')).toEqual(keyNamed('live'));
    expect((await generations()).map(({ reason }) => reason)[0]).toBe('seed');
  });

  it('that a vault with generations does not know is one more candidate, once', async () => {
    instance.put('glpicrypt.key', keyNamed('live'));
    await instance.keeper('gate').reconcile(never);
    put('glpicrypt.key', keyNamed('seed'));

    for (let start = 0; start < 2; start += 1) await keeperWithSeed().reconcile(never);

    const holders = (await generations()).filter(({ files }) => files[0]?.content?.reveal().equals(keyNamed('seed')));
    expect(holders).toMatchObject([{ reason: 'capture-from', proof: null }]);
    expect(instance.read('glpicrypt.key')).toEqual(keyNamed('live'));
  });

  it.each([
    ['missing', () => rmSync(directory, { recursive: true })],
    ['no key', () => put('glpicrypt.key', 'nonsense')],
  ])('that is %s is told and changes nothing', async (_, arrange) => {
    arrange();

    const { findings } = await keeperWithSeed().reconcile(never);

    expect(findings).toContainEqual(expect.objectContaining({ code: 'seed-unusable', severity: 'warning' }));
    expect(await generations()).toEqual([]);
  });

  it('is not looked at by a dry run', async () => {
    put('glpicrypt.key', keyNamed('seed'));

    await keeperWithSeed().reconcile(never, { until: 'plan' });

    expect(await generations()).toEqual([]);
  });
});
