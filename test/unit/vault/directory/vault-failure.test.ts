import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../../../src/core/failure.ts';
import { type Attempt, deniedFailure, vaultFailure } from '../../../../src/vault/directory/vault-failure.ts';
import { isRoot } from '../../files/root.ts';

const [UID, GID] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
const systemError = (code: string) => Object.assign(new Error(`${code}: refused`), { code });

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-refusal-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('what the system refuses in a vault', () => {
  it.each(['ENOSPC', 'EDQUOT'])('by %s is said to be a full volume, in bytes or inodes', (code) => {
    const cause = systemError(code);

    expect(vaultFailure(cause, '/vault/glpi', 'write')).toMatchObject({
      code: 'vault-full',
      message: `the vault is full (${code}): nothing was written`,
      target: '/vault/glpi',
      expected: 'free space and free inodes on the volume of the vault',
      try: 'df -h /vault/glpi; df -i /vault/glpi',
      cause,
    });
  });

  it('by EROFS is said to be a read-only mount', () => {
    const cause = systemError('EROFS');

    expect(vaultFailure(cause, '/vault/glpi', 'write')).toMatchObject({
      code: 'vault-unwritable',
      message: 'the vault is on a read-only mount',
      target: '/vault/glpi',
      expected: 'a volume mounted read-write',
      try: expect.stringContaining('without ":ro"'),
      cause,
    });
  });

  it.each([
    ['EACCES', 'read', 'vault-unreadable'],
    ['EPERM', 'write', 'vault-unwritable'],
  ] as const)('by %s on the way to %s names the folder that is in the way', (code, attempt, expected) => {
    const cause = systemError(code);
    const absent = join(folder, 'glpi', 'generations');

    expect(vaultFailure(cause, absent, attempt)).toMatchObject({
      code: expected,
      message: `cannot ${attempt} the vault: permission denied in "${folder}"`,
      target: absent,
      expected: `a folder owned by ${UID}:${GID}`,
      try: expect.stringContaining(`chown -R ${UID}:${GID} ${folder}`),
      cause,
    });
  });

  it.each<[Attempt, string]>([
    ['read', 'vault-unreadable'],
    ['write', 'vault-unwritable'],
  ])('in any other way keeps the name of the error, on the way to %s', (attempt, expected) => {
    const cause = systemError('EIO');

    const failure = vaultFailure(cause, '/vault/glpi', attempt);

    expect(failure).toMatchObject({ code: expected, target: '/vault/glpi', cause });
    expect(failure.message).toBe(`cannot ${attempt} the vault (EIO)`);
  });

  it('is left as it is where it was explained before, or is a fault of our own', () => {
    const explained = new Failure('vault-foreign', 'another one');
    const fault = new TypeError('not ours');

    expect(vaultFailure(explained, '/vault', 'read')).toBe(explained);
    expect(() => vaultFailure(fault, '/vault', 'read')).toThrow(fault);
  });
});

describe('a folder of another user', () => {
  it('is named with both owners', () => {
    if (isRoot) chownSync(folder, 54_321, 54_321);
    const [place, owner] = isRoot ? [folder, 54_321] : ['/', 0];

    expect(deniedFailure(place, 'write').message).toBe(
      `cannot write the vault: "${place}" belongs to uid ${owner}, this is uid ${UID} (was "user:" changed?)`,
    );
    expect(deniedFailure(place, 'write').cause).toBeUndefined();
  });
});
