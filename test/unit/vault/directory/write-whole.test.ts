import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRegular } from '../../../../src/vault/directory/read-regular.ts';
import {
  createWhole,
  knowsNoSync,
  removeTemporaries,
  replaceWhole,
  unlinkQuietly,
  type Workplace,
} from '../../../../src/vault/directory/write-whole.ts';
import { isRoot } from '../../files/root.ts';

const durable = { durable: true };
let folder: string;
let place: Workplace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-write-'));
  place = { folder, owner: null };
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('a whole file', () => {
  it('is created once: who comes second leaves it as it is', () => {
    const target = join(folder, 'file');

    expect(createWhole(place, target, Buffer.from('first'), durable)).toBe('created');
    expect(createWhole(place, target, Buffer.from('second'), durable)).toBe('exists');

    expect(readFileSync(target, 'utf8')).toBe('first');
    expect(statSync(target).nlink).toBe(1);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('replaces a symbolic link instead of following it', () => {
    const [target, victim] = [join(folder, 'file'), join(folder, 'victim')];
    writeFileSync(victim, 'untouched');
    symlinkSync(victim, target);

    expect(createWhole(place, target, Buffer.from('new'), durable)).toBe('exists');
    replaceWhole(place, target, Buffer.from('new'), durable);

    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(readRegular(target, 100)).toEqual({ kind: 'read', bytes: Buffer.from('new') });
  });

  it('that cannot be put in place leaves nothing behind', () => {
    mkdirSync(join(folder, 'taken'));

    expect(() => replaceWhole(place, join(folder, 'taken'), Buffer.from('x'), durable)).toThrow(/EISDIR/);
    expect(() => createWhole(place, join(folder, 'absent/file'), Buffer.from('x'), durable)).toThrow(/ENOENT/);

    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

describe('a file of somebody else', () => {
  it.skipIf(!isRoot)('belongs to the owner of the place, with mode 0600', () => {
    const target = join(folder, 'file');

    createWhole({ folder, owner: { uid: 54_321, gid: 12_345 } }, target, Buffer.from('x'), { durable: false });

    const { uid, gid, mode } = statSync(target);
    expect([uid, gid, mode & 0o777]).toEqual([54_321, 12_345, 0o600]);
  });
});

describe('what is not needed any more', () => {
  it('is removed where it is there, and what cannot be removed is told', () => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder'));

    unlinkQuietly(join(folder, 'file'));
    unlinkQuietly(join(folder, 'file'));

    expect(() => unlinkQuietly(join(folder, 'folder'))).toThrow(/EISDIR|EPERM/);
    expect(readdirSync(folder)).toEqual(['folder']);
  });

  it('is a temporary file, whoever left it, and stays where it cannot be removed', () => {
    const [file, stubborn] = ['.keykeeper-0123456789abcdef.tmp', '.keykeeper-fedcba9876543210.tmp'];
    const others = [
      '.keykeeper-0123456789abcdeg.tmp',
      '.keykeeper-0123456789abcdef.tmp.old',
      'x.keykeeper-0123456789abcdef.tmp',
    ];
    for (const name of [file, ...others]) writeFileSync(join(folder, name), '');
    mkdirSync(join(folder, stubborn));

    removeTemporaries(place);

    expect(readdirSync(folder).sort()).toEqual([...others, stubborn].sort());
  });
});

describe('a file system that syncs no directories', () => {
  it('says so by EINVAL or ENOTSUP; any other error is one', () => {
    const said = ['EINVAL', 'ENOTSUP', 'EIO', 'ENOSPC'].map((code) =>
      knowsNoSync(Object.assign(new Error(), { code })),
    );

    expect([...said, knowsNoSync(new Error('no code'))]).toEqual([true, true, false, false, false]);
  });
});

describe('reading a regular file', () => {
  it('follows no link, opens no folder, and reads no more than allowed', () => {
    writeFileSync(join(folder, 'file'), '12345');
    symlinkSync(join(folder, 'file'), join(folder, 'link'));
    mkdirSync(join(folder, 'folder'));

    expect(readRegular(join(folder, 'none'), 5)).toEqual({ kind: 'absent' });
    expect(readRegular(join(folder, 'file'), 5)).toEqual({ kind: 'read', bytes: Buffer.from('12345') });
    expect(readRegular(join(folder, 'file'), 4)).toEqual({ kind: 'unusable', reason: 'is larger than 4 bytes' });
    expect(readRegular(join(folder, 'link'), 5)).toEqual({ kind: 'unusable', reason: 'is a symbolic link' });
    expect(readRegular(join(folder, 'folder'), 5)).toEqual({ kind: 'unusable', reason: 'is not a regular file' });
  });
});
