import { createHash } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Generation } from '../../../src/core/generation.ts';
import { Secret } from '../../../src/core/secret.ts';
import { openDirectoryVault } from '../../../src/vault/directory/open-directory-vault.ts';
import type { Vault } from '../../../src/vault/vault.ts';
import { draftOf } from './draft-of.ts';
import { temporaryVault } from './temporary-vault.ts';

// These vaults were written by the first release with their format and are never written again. Whatever changes later,
// they must still be read, and must still say this.
const samples = [
  { name: 'plain-1', identity: null },
  { name: 'age-1', identity: new Secret(readFileSync(folderOf('age-1/identity.txt'), 'utf8')) },
];

function folderOf(name: string): URL {
  return new URL(`../../fixtures/vaults/${name}`, import.meta.url);
}

function sampleKey(name: string): Buffer {
  return createHash('sha256').update(`sample key ${name}`).digest();
}

function open(name: string, identity: Secret<string> | null): Promise<Vault> {
  const options = { instance: 'glpi', recipients: [], identity, glpiDirectories: [], create: false, mounts: [] };
  return openDirectoryVault(folderOf(name), options);
}

function contentOf(generation: Generation | undefined, name: string): Buffer | undefined {
  return generation?.files.find((file) => file.name === name)?.content?.reveal();
}

describe.each(samples)('the sample vault $name', ({ name, identity }) => {
  it('is read in full', async () => {
    const { generations, damaged } = await (await open(name, identity)).list();
    const [first, second, third] = generations;

    expect(damaged).toEqual([]);
    expect(generations.map(({ number, reason, verdict }) => [number, reason, verdict])).toEqual([
      [1, 'capture', 'sound'],
      [2, 'capture-first', 'malformed'],
      [3, 'accept', 'unproven'],
    ]);
    expect(contentOf(first, 'glpicrypt.key')).toEqual(sampleKey('one'));
    expect(contentOf(second, 'glpicrypt.key')?.toString()).toBe(`${sampleKey('one').toString('hex')}\n`);
    expect(contentOf(third, 'glpicrypt.key')).toEqual(sampleKey('two'));
    expect(contentOf(third, 'oauth.pem')?.toString()).toBe('sample private key\n');
    expect(first).toMatchObject({
      id: '34841f834a3581459926baa0bc59b24b6576a5d8085de2ad30823c70fc3a958e',
      createdAt: '2026-01-02T03:04:05.000Z',
      fingerprint: '286c62d9b76c94eb',
      proof: { tested: 3, opened: 3, real: 3, at: '2026-01-02T03:04:04.000Z' },
      database: { address: 'db:3306', schema: 'glpi', glpiNetworkUuid: null },
      glpiVersion: '10.0.17',
      sealed: false,
    });
    expect(first?.registration.kind === 'kept' && first.registration.key?.reveal()).toBe(
      'eyJzaWduYXR1cmUiOiJzYW1wbGUifQ==',
    );
    expect(first?.files[1]).toMatchObject({ name: 'config_db.php', mode: 0o640, uid: 33, gid: 33, size: 164 });
    expect(second).toMatchObject({ fingerprint: null, registration: { kind: 'unknown' } });
    expect(third).toMatchObject({ registration: { kind: 'cleared' }, removed: ['local_define.php'] });
    expect(third?.accepted).toHaveLength(1);
  });

  it('gives its escrow', async () => {
    const vault = await open(name, identity);
    const { generations } = await vault.list();

    const readings = await Promise.all(generations.map((generation) => vault.escrow(generation)));

    expect(readings.map(({ entries, damaged }) => [entries.length, damaged.length])).toEqual([
      [3, 0],
      [3, 0],
      [2, 0],
    ]);
    expect(readings[0]?.entries[0]?.reference).toEqual({
      table: 'glpi_configs',
      column: 'value',
      id: 12,
      context: 'core',
      name: 'proxy_passwd',
    });
  });

  it('can be continued', async () => {
    using temporary = temporaryVault();
    cpSync(folderOf(name), temporary.path, { recursive: true });
    const vault = await temporary.open({ identity });

    const { generation, added } = await vault.add(draftOf('new', { escrow: 'inherit' }));

    expect(added).toBe(true);
    expect(generation).toMatchObject({ number: 4, escrowCount: 2 });
    expect((await vault.list()).generations).toHaveLength(4);
  });
});
