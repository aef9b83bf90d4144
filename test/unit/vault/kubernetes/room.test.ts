import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EscrowEntry } from '../../../../src/core/generation.ts';
import { ESCROW_LIMIT, SECRET_LIMIT } from '../../../../src/vault/kubernetes/make-room.ts';
import { draftOf, entryOf, fileOf } from '../draft-of.ts';
import { type SecretPlace, secretPlace } from './secret-place.ts';

let place: SecretPlace;

beforeEach(async () => {
  place = await secretPlace();
});

afterEach(() => place[Symbol.asyncDispose]());

/** Sealed values, which nothing makes shorter: base64 of `length` bytes that look random. */
function values(table: string, column: string, count: number, length = 90): EscrowEntry[] {
  return Array.from({ length: count }, (_, id) =>
    entryOf(id, noise(`${table} ${column} ${id}`, length), table, column),
  );
}

function noise(seed: string, length: number): string {
  const parts: Buffer[] = [];
  for (let part = 0; part * 32 < length; part += 1) parts.push(createHash('sha256').update(`${seed} ${part}`).digest());
  return Buffer.concat(parts).subarray(0, length).toString('base64');
}

async function sizes(): Promise<{ whole: number; escrow: number }> {
  const entries = [...(await place.entries())];
  const sum = (all: typeof entries) => all.reduce((total, [, bytes]) => total + bytes.length, 0);
  return { whole: sum(entries), escrow: sum(entries.filter(([name]) => place.isChunk(name))) };
}

const settings = [
  ...values('glpi_configs', 'value', 20),
  ...values('glpi_authldaps', 'rootdn_passwd', 5),
  ...values('glpi_mailcollectors', 'passwd', 5),
  ...values('glpi_snmpcredentials', 'auth_passphrase', 5),
];

describe('a Secret that has no room for everything', () => {
  it('keeps what configures GLPI before the tokens of users, and says what is left out', async () => {
    const vault = await place.open();
    const escrow = [...values('glpi_users', 'api_token', 10_000), ...settings];

    const { generation } = await vault.add(draftOf('a', { escrow }));

    const { entries, damaged } = await vault.escrow(generation);
    const { findings } = await vault.list();
    const { whole, escrow: taken } = await sizes();
    expect(entries).toEqual(expect.arrayContaining(settings));
    expect(entries.length).toBeGreaterThan(5000);
    expect(entries.length).toBeLessThan(escrow.length);
    expect(damaged).toEqual([]);
    expect(generation.escrowCount).toBe(escrow.length);
    expect(findings).toMatchObject([{ code: 'escrow-left-out', severity: 'warning' }]);
    expect(findings?.[0]?.message).toContain(`${escrow.length - entries.length} of ${escrow.length} sealed values`);
    expect(findings?.[0]?.try).toContain('KEYKEEPER_VAULT=file:///vault');
    expect(taken).toBeLessThanOrEqual(ESCROW_LIMIT);
    expect(whole).toBeLessThanOrEqual(SECRET_LIMIT);
  });

  it('is not changed by the next capture of the same values', async () => {
    const vault = await place.open();
    const escrow = [...values('glpi_users', 'api_token', 10_000), ...settings];
    await vault.add(draftOf('a', { escrow }));
    const before = place.secret.metadata.resourceVersion;

    const { added } = await vault.add(draftOf('a', { escrow }));

    expect(added).toBe(false);
    expect(place.secret.metadata.resourceVersion).toBe(before);
  });

  it('lets go what only older generations name before what is current', async () => {
    const vault = await place.open();
    await vault.add(draftOf('a', { escrow: values('glpi_configs', 'value', 256, 1800) }));
    const { generation } = await vault.add(draftOf('a', { escrow: values('glpi_users', 'api_token', 256, 2400) }));

    expect((await vault.escrow(generation)).entries).toHaveLength(256);
    expect((await vault.list()).findings).toEqual([]);
    expect((await vault.history()).damaged).toEqual([]);
  });

  it('takes generations for months, and every write fits', async () => {
    const vault = await place.open({ now: () => new Date('2026-01-01T00:00:00Z') });
    const large = (name: string) => Buffer.from(noise(name, 6000), 'base64');
    for (let count = 0; count < 120; count += 1) {
      await vault.add(
        draftOf('a', { verdict: `verdict ${count}`, files: [fileOf('local_define.php', large('same'))] }),
      );
    }

    const { whole } = await sizes();
    expect(whole).toBeLessThanOrEqual(SECRET_LIMIT);
    expect((await vault.list()).generations.at(-1)?.number).toBe(120);
  });

  it('is told to be full before anything is sent where nothing more can go', async () => {
    const vault = await place.open();
    const huge = (name: string) => fileOf('local_define.php', Buffer.from(noise(name, 60_000), 'base64'));
    const fill = async () => {
      for (let count = 0; count < 30; count += 1) await vault.add(draftOf('a', { files: [huge(`file ${count}`)] }));
    };

    await expect(fill()).rejects.toMatchObject({ code: 'vault-full' });
    const refused = place.double.requests.filter(({ verb }) => verb === 'patch').length;
    const { generations, damaged } = await vault.list();
    expect(generations).toHaveLength(refused);
    expect(damaged).toEqual([]);
  });
});
