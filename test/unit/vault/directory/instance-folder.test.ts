import {
  chmodSync,
  chownSync,
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
import {
  ensureFolder,
  inspectInstanceFolder,
  prepareInstanceFolder,
} from '../../../../src/vault/directory/instance-folder.ts';
import { isRoot } from '../../files/root.ts';

/** The owner of a folder that somebody else made for the vault. */
const OTHER = { uid: 54_321, gid: 12_345 };

let vault: string;
let folder: string;
let marker: string;

beforeEach(() => {
  vault = mkdtempSync(join(tmpdir(), 'keykeeper-instance-'));
  folder = join(vault, 'glpi');
  marker = join(folder, 'keykeeper.json');
});

afterEach(() => rmSync(vault, { recursive: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;
const ownerOf = (path: string) => ({ uid: statSync(path).uid, gid: statSync(path).gid });
const descriptors = () => readdirSync('/proc/self/fd').length;

describe('the folder of an instance', () => {
  it('is absent until it is prepared, and then looked at without a change', () => {
    expect(inspectInstanceFolder(vault, 'glpi')).toBe(false);
    prepareInstanceFolder(vault, 'glpi');
    const before = readdirSync(folder).sort();

    expect(inspectInstanceFolder(vault, 'glpi')).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(before);
    expect(before).toEqual(['escrow', 'generations', 'keykeeper.json']);
  });

  it('is looked at before it has its marker, too', () => {
    mkdirSync(folder);

    expect(inspectInstanceFolder(vault, 'glpi')).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['a file', () => writeFileSync(folder, ''), 'is not a folder'],
    ['a symbolic link to a folder', () => symlinkSync(vault, folder), 'is a symbolic link'],
  ])('is refused where %s has its name', (_, put, why) => {
    put();
    const refusal = expect.objectContaining({
      code: 'vault-foreign',
      message: `"${folder}" ${why}`,
      target: folder,
      expected: 'a folder that Keykeeper made, or nothing',
      try: `ls -ld ${folder}`,
    });

    expect(() => inspectInstanceFolder(vault, 'glpi')).toThrow(refusal);
    expect(() => prepareInstanceFolder(vault, 'glpi')).toThrow(refusal);
  });

  it('cannot be looked at or made where the way to it is no folder', () => {
    writeFileSync(folder, '');

    expect(() => inspectInstanceFolder(folder, 'glpi')).toThrow(
      expect.objectContaining({ code: 'vault-unreadable', message: 'cannot read the vault (ENOTDIR)' }),
    );
    expect(() => prepareInstanceFolder(folder, 'glpi')).toThrow(
      expect.objectContaining({ code: 'vault-unwritable', message: 'cannot write the vault (ENOTDIR)' }),
    );
  });

  it('has its mode tightened, and leaves that of its parts as it is', () => {
    prepareInstanceFolder(vault, 'glpi');
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'escrow'), 0o750);

    prepareInstanceFolder(vault, 'glpi');

    expect([modeOf(folder), modeOf(join(folder, 'escrow'))]).toEqual([0o700, 0o750]);
  });

  it('has a damaged marker written anew, and a whole one left alone', () => {
    prepareInstanceFolder(vault, 'glpi');
    const [whole, inode] = [readFileSync(marker, 'utf8'), statSync(marker).ino];
    prepareInstanceFolder(vault, 'glpi');
    expect(statSync(marker).ino).toBe(inode);
    writeFileSync(marker, whole.slice(0, 20));

    prepareInstanceFolder(vault, 'glpi');

    expect(readFileSync(marker, 'utf8')).toBe(whole);
  });

  it.each(['none', 'damaged'])('is not taken over with %s for a marker and a file that is not its own', (state) => {
    mkdirSync(folder);
    if (state === 'damaged') writeFileSync(marker, '{"keykee');
    for (const name of ['generations', 'escrow', 'records']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'lease.json'), '');
    writeFileSync(join(folder, '.keykeeper-0123456789abcdef.tmp'), '');
    expect(inspectInstanceFolder(vault, 'glpi')).toBe(true);
    writeFileSync(join(folder, 'letters.txt'), 'mine');

    expect(() => prepareInstanceFolder(vault, 'glpi')).toThrow(
      expect.objectContaining({
        code: 'vault-foreign',
        message: `"${folder}" holds "letters.txt", which is not Keykeeper's`,
        target: folder,
        expected: 'an empty folder, or one that Keykeeper made',
        try: 'point KEYKEEPER_VAULT at a volume of its own',
      }),
    );
    expect(readFileSync(join(folder, 'letters.txt'), 'utf8')).toBe('mine');
  });

  it('is refused where its marker is no regular file', () => {
    mkdirSync(marker, { recursive: true });

    expect(() => inspectInstanceFolder(vault, 'glpi')).toThrow(
      expect.objectContaining({
        code: 'vault-foreign',
        message: `"${marker}" is not a regular file`,
        target: marker,
      }),
    );
  });

  it('leaves no descriptor open, however often it is prepared, looked at or refused', () => {
    prepareInstanceFolder(vault, 'glpi');
    writeFileSync(join(vault, 'file'), '');
    const before = descriptors();

    for (let time = 0; time < 5; time += 1) {
      prepareInstanceFolder(vault, 'glpi');
      inspectInstanceFolder(vault, 'glpi');
      expect(() => prepareInstanceFolder(vault, 'file')).toThrow(/is not a folder/);
    }
    ensureFolder(join(vault, 'another'), null);

    expect(descriptors()).toBe(before);
  });
});

describe('a folder that is made', () => {
  it('has mode 0700 whatever the umask, and one that is there keeps its own', () => {
    const umask = process.umask(0o277);
    try {
      ensureFolder(join(vault, 'made'), null);
    } finally {
      process.umask(umask);
    }
    chmodSync(vault, 0o711);
    ensureFolder(vault, null);

    expect([modeOf(join(vault, 'made')), modeOf(vault)]).toEqual([0o700, 0o711]);
  });
});

describe.skipIf(!isRoot)('root in a folder that belongs to somebody else', () => {
  beforeEach(() => {
    mkdirSync(folder);
    chownSync(folder, OTHER.uid, OTHER.gid);
  });

  it('gives the owner all that it makes there', () => {
    const { owner } = prepareInstanceFolder(vault, 'glpi');

    expect(owner).toEqual(OTHER);
    for (const name of readdirSync(folder)) expect([name, ownerOf(join(folder, name))]).toEqual([name, OTHER]);
  });

  it('gives away what a killed run made and still had, and nothing that a third one has', () => {
    prepareInstanceFolder(vault, 'glpi');
    chownSync(join(folder, 'generations'), 0, 0);
    chownSync(join(folder, 'escrow'), OTHER.uid, 777);

    prepareInstanceFolder(vault, 'glpi');

    expect(ownerOf(join(folder, 'generations'))).toEqual(OTHER);
    expect(ownerOf(join(folder, 'escrow'))).toEqual({ uid: OTHER.uid, gid: 777 });
  });
});
