import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { available } from '../stand-in/require.ts';
import { describeCopies } from '../unit/vault/contract/copies.ts';
import { describeEscrow } from '../unit/vault/contract/escrow.ts';
import { FakeClock } from '../unit/vault/contract/fake-clock.ts';
import { describeGenerations } from '../unit/vault/contract/generations.ts';
import { describeRecords } from '../unit/vault/contract/records.ts';
import { draftOf } from '../unit/vault/draft-of.ts';
import { clusterPlace } from './cluster-place.ts';

const run = promisify(execFile);
const namespace = `keykeeper-test-vault-${randomBytes(4).toString('hex')}`;
const kind = 'a Secret of a real cluster';

describe.skipIf(!(await available('kubernetes')))('the API server', () => {
  beforeAll(async () => {
    await run('kubectl', ['create', 'namespace', namespace]);
  });

  afterAll(async () => {
    await run('kubectl', ['delete', 'namespace', namespace, '--wait=false']);
  });

  describeGenerations(kind, () => clusterPlace(namespace));
  describeEscrow(kind, () => clusterPlace(namespace));
  describeRecords(kind, () => clusterPlace(namespace));
  describeCopies(kind, () => clusterPlace(namespace));

  it('gives the lease to one, and to the next when he is gone or gives it back', async () => {
    await using place = await clusterPlace(namespace);
    const signal = AbortSignal.timeout(60_000);
    // His clock never moves: he renews nothing, as if he had been killed.
    await (await place.open({ clock: new FakeClock() })).lease(signal);

    const second = await (await place.open()).lease(signal);
    await second[Symbol.asyncDispose]();
    const third = await (await place.open()).lease(signal);

    expect([second.lost.aborted, third.lost.aborted]).toEqual([false, false]);
    await third[Symbol.asyncDispose]();
  });

  it('refuses what an immutable Secret would become, and says so beforehand', async () => {
    await using place = await clusterPlace(namespace);
    const vault = await place.open();
    await vault.add(draftOf('a'));
    await run('kubectl', ['-n', namespace, 'patch', 'secret', place.name, '-p', '{"immutable":true}']);

    const { findings } = await vault.list();

    expect(findings).toMatchObject([{ code: 'vault-immutable' }]);
    await expect(vault.add(draftOf('b'))).rejects.toMatchObject({ code: 'vault-unwritable' });
  });
});
