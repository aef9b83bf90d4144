import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Vault } from '../../../../src/vault/vault.ts';
import { draftOf, keyNamed } from '../draft-of.ts';
import { COLLECTION, SECRET, type SecretPlace, secretPlace } from './secret-place.ts';

let place: SecretPlace;

beforeEach(async () => {
  place = await secretPlace();
});

afterEach(() => place[Symbol.asyncDispose]());

async function keysIn(vault: Vault): Promise<(Buffer | undefined)[]> {
  return (await vault.list()).generations.map(({ files }) => files[0]?.content?.reveal());
}

describe('a vault in a Secret whose API server', () => {
  it('does not answer cannot be read or written, says so, and can again once it answers, without a restart', async () => {
    const vault = await place.open();
    await vault.add(draftOf('a'));
    await place.double.stop();

    await expect(vault.list()).rejects.toMatchObject({ code: 'vault-unreadable' });
    await expect(vault.add(draftOf('b'))).rejects.toMatchObject({ code: 'vault-unwritable' });
    await place.double.start();

    expect((await vault.add(draftOf('b'))).generation.number).toBe(2);
  });

  it('answers slowly is waited for, and given up when it takes too long', async () => {
    const vault = await place.open();
    await vault.add(draftOf('a'));
    place.double.faults.plan({ kind: 'slow', wait: 100, times: 1 });
    expect(await keysIn(vault)).toHaveLength(1);
    place.double.faults.plan({ kind: 'hang' });

    await expect(vault.list()).rejects.toMatchObject({
      code: 'vault-unreadable',
      message: expect.stringContaining('does not answer within 300 ms'),
    });
  });

  it.each([429, 500, 503])('says %i for a moment is asked again', async (status) => {
    const vault = await place.open();
    place.double.faults.plan({ kind: 'status', status, verbs: ['patch'], times: 2 });

    expect((await vault.add(draftOf('a'))).added).toBe(true);
  });

  it.each([
    ['get', 'vault-unreadable', (vault: Vault) => vault.list()],
    ['patch', 'vault-unwritable', (vault: Vault) => vault.add(draftOf('b'))],
  ] as const)('forbids to %s names the rule that lacks, and works once it is there', async (verb, code, use) => {
    const vault = await place.open();
    await vault.add(draftOf('a'));
    place.double.faults.plan({ kind: 'status', status: 403, verbs: [verb] });

    await expect(use(vault)).rejects.toMatchObject({
      code,
      try: expect.stringContaining(`resources: ["secrets"], resourceNames: ["keys"], verbs: ["${verb}"]`),
    });
    place.double.faults.clear();

    await expect(use(vault)).resolves.toBeDefined();
  });

  it('loses only the answer has written once, and the writer knows that it was he', async () => {
    const vault = await place.open();
    await vault.add(draftOf('a'));
    place.double.faults.plan({ kind: 'cut-after', verbs: ['patch'], times: 1 });

    const { added, generation } = await vault.add(draftOf('b'));

    expect([added, generation.number]).toEqual([true, 2]);
    expect(await keysIn(vault)).toEqual(['a', 'b'].map(keyNamed));
  });

  it('breaks off before anything is done is asked again', async () => {
    const vault = await place.open();
    place.double.faults.plan({ kind: 'cut', verbs: ['patch'], times: 2 });

    expect((await vault.add(draftOf('a'))).added).toBe(true);
    expect(await keysIn(vault)).toHaveLength(1);
  });
});

describe('a Secret that was deleted', () => {
  it('is made anew out of what this process had seen, whole', async () => {
    const session = place.session();
    const vault = await place.open({}, session);
    for (const key of ['a', 'b']) await vault.add(draftOf(key));
    const before = await place.entries();
    place.double.objects.delete(SECRET);

    const listed = await keysIn(await place.open({}, session));

    expect(listed).toEqual(['a', 'b'].map(keyNamed));
    expect(await place.entries()).toEqual(before);
  });

  it('and made anew by somebody else takes in what this process had seen', async () => {
    const session = place.session();
    await (await place.open({}, session)).add(draftOf('a'));
    place.double.objects.delete(SECRET);
    await (await place.open()).add(draftOf('b'));

    const listed = await keysIn(await place.open({}, session));

    expect(new Set(listed?.map((key) => key?.toString('hex')))).toEqual(
      new Set(['a', 'b'].map((name) => keyNamed(name).toString('hex'))),
    );
  });

  it('comes back once, whole, though several processes saw it go', async () => {
    const vaults = await Promise.all([1, 2, 3].map(() => place.open()));
    await vaults[0]?.add(draftOf('a'));
    for (const vault of vaults) await vault.list();
    place.double.objects.delete(SECRET);

    await Promise.all(vaults.map((vault) => vault.list()));

    expect(await keysIn(await place.open())).toEqual([keyNamed('a')]);
  });

  it('and may not be created is missing, and the error names the rule', async () => {
    place.double.faults.plan({ kind: 'status', status: 403, verbs: ['create'] });

    await expect((await place.open()).list()).rejects.toMatchObject({
      code: 'vault-unwritable',
      try: expect.stringContaining('resources: ["secrets"], verbs: ["create"]'),
    });
  });

  it('is nothing to who came to look only', async () => {
    const vault = await place.open({ create: false });

    expect((await vault.list()).generations).toEqual([]);
    expect(place.double.objects.list(COLLECTION)).toEqual([]);
  });
});

describe('a Secret that somebody made', () => {
  it('empty is taken, with its labels as they are', async () => {
    const labels = { 'app.kubernetes.io/managed-by': 'Helm' };
    place.double.objects.create(COLLECTION, { metadata: { name: 'keys', labels } });

    await (await place.open()).add(draftOf('a'));

    expect(place.secret.metadata.labels).toEqual({
      ...labels,
      'app.kubernetes.io/name': 'keykeeper',
      'app.kubernetes.io/component': 'vault',
    });
    expect(place.secret.metadata.annotations).toMatchObject({ 'keykeeper/instance': 'glpi' });
  });

  it.each([
    ['with other things in it', { password: 'c2VjcmV0' }],
    ['for another instance', { 'keykeeper.json': markerOf('other') }],
  ])('%s is left alone', async (_, data) => {
    place.double.objects.create(COLLECTION, { metadata: { name: 'keys' }, data });

    await expect((await place.open()).add(draftOf('a'))).rejects.toMatchObject({ code: 'vault-foreign' });
    expect(place.secret.data).toEqual(data);
  });

  it('immutable is read, said, and not written', async () => {
    const vault = await place.open();
    await vault.add(draftOf('a'));
    place.double.objects.patch(SECRET, { immutable: true });

    const { generations, findings } = await vault.list();

    expect(generations).toHaveLength(1);
    expect(findings).toMatchObject([{ code: 'vault-immutable', severity: 'error' }]);
    expect(findings?.[0]?.try).toContain('kubectl -n glpi delete secret keys');
    await expect(vault.add(draftOf('b'))).rejects.toMatchObject({ code: 'vault-unwritable' });
    expect(place.double.requests.filter(({ verb }) => verb === 'patch')).toHaveLength(1);
  });

  it('is fetched whole only when it is another than before', async () => {
    const vault = await place.open();
    await vault.add(draftOf('a'));
    await vault.list();
    const before = place.double.wholeReads;

    for (let time = 0; time < 3; time += 1) await vault.list();

    expect(place.double.wholeReads).toBe(before);
  });
});

function markerOf(instance: string): string {
  return Buffer.from(JSON.stringify({ keykeeper: 'vault', format: 1, instance })).toString('base64');
}
