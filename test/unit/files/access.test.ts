import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gid, mode, uid } from '../../../src/core/brand.ts';
import { accessProblems, repairAccess } from '../../../src/files/access.ts';
import { OtherUser } from './other-user.ts';
import { isRoot } from './root.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

const GLPI = { uid: uid(33), gid: gid(33), mode: mode(0o640) };
const REPAIR = "import { repairAccess } from './src/files/access.ts';";

describe('accessProblems', () => {
  const actual = { uid: uid(0), gid: gid(33), mode: mode(0o600) };

  it.each([
    [GLPI, ['owner is 0:33, expected 33:33', 'mode is 0600, expected 0640']],
    [{ uid: null, gid: null, mode: null }, []],
    [{ uid: uid(0), gid: null, mode: mode(0o600) }, []],
    [{ uid: null, gid: gid(34), mode: null }, ['owner is 0:33, expected 0:34']],
    [{ uid: null, gid: null, mode: mode(0) }, ['mode is 0600, expected 0000']],
  ])('compares with %j', (wanted, problems) => {
    expect(accessProblems(actual, wanted)).toEqual(problems);
  });
});

describe('repairAccess', () => {
  it.skipIf(!isRoot)('gives owner and mode back to a file of root with mode 0600, and to one of mode 000', () => {
    using directory = new TemporaryDirectory();
    const path = directory.at('glpicrypt.key');
    writeFileSync(path, 'key', { mode: 0o600 });

    const first = repairAccess(path, GLPI);
    chmodSync(path, 0);
    const second = repairAccess(path, GLPI);
    const third = repairAccess(path, GLPI);

    expect([first, second, third]).toEqual(['repaired', 'repaired', 'unchanged']);
    expect(accessOfPath(path)).toEqual([33, 33, 0o640]);
    expect(readFileSync(path, 'utf8')).toBe('key');
  });

  it.skipIf(!isRoot)('changes only what is wanted', () => {
    using directory = new TemporaryDirectory();
    const path = directory.at('glpicrypt.key');
    writeFileSync(path, 'key', { mode: 0o604 });

    repairAccess(path, { uid: null, gid: gid(33), mode: null });

    expect(accessOfPath(path)).toEqual([0, 33, 0o604]);
  });

  it('leaves what a symlink leads to, a directory and a FIFO alone', () => {
    using directory = new TemporaryDirectory();
    writeFileSync(directory.at('target'), 'foreign', { mode: 0o600 });
    symlinkSync('target', directory.at('symlink'));
    mkdirSync(directory.at('directory'), { mode: 0o700 });
    spawnSync('mkfifo', ['-m', '600', directory.at('fifo')]);

    for (const name of ['symlink', 'directory', 'fifo']) {
      expect(() => repairAccess(directory.at(name), { uid: null, gid: null, mode: mode(0o666) })).toThrow(
        expect.objectContaining({ code: 'file-not-regular', message: expect.stringContaining(`is a ${name}`) }),
      );
    }
    expect(['target', 'directory', 'fifo'].map((name) => statSync(directory.at(name)).mode & 0o777)).toEqual([
      0o600, 0o700, 0o600,
    ]);
  });

  it('refuses a file with a second name, since a web application may have linked a foreign one here', () => {
    using directory = new TemporaryDirectory();
    writeFileSync(directory.at('foreign'), 'secret', { mode: 0o600 });
    linkSync(directory.at('foreign'), directory.at('glpicrypt.key'));

    const repair = () => repairAccess(directory.at('glpicrypt.key'), { uid: null, gid: null, mode: mode(0o644) });

    expect(repair).toThrow(
      expect.objectContaining({ code: 'access-not-repaired', message: expect.stringContaining('2 names') }),
    );
    expect(statSync(directory.at('foreign')).mode & 0o777).toBe(0o600);
  });

  it.skipIf(!isRoot)('repairs, as its owner without any capability, a file of mode 000', () => {
    using directory = new TemporaryDirectory();
    using other = new OtherUser(54_321);
    const path = directory.at('glpicrypt.key');
    chmodSync(directory.path, 0o755);
    writeFileSync(path, 'key', { mode: 0 });
    chownSync(path, 54_321, 54_321);

    const outcome = other.run(path, REPAIR, 'return repairAccess(path, { uid: 54321, gid: 54321, mode: 0o600 });');

    expect(outcome).toBe('repaired');
    expect(accessOfPath(path)).toEqual([54_321, 54_321, 0o600]);
  });

  it.skipIf(!isRoot)('says, where it is not the owner, what it lacks and the line that helps', () => {
    using directory = new TemporaryDirectory();
    using other = new OtherUser(54_321);
    const path = directory.at('glpicrypt.key');
    chmodSync(directory.path, 0o755);
    writeFileSync(path, 'key', { mode: 0o600 });

    const outcome = other.run(path, REPAIR, 'return repairAccess(path, { uid: 33, gid: 33, mode: 0o640 });');

    expect(outcome).toEqual({
      code: 'access-not-repaired',
      message:
        `cannot set owner and mode of ${path}: ` +
        'Keykeeper runs as uid 54321 without the capabilities CHOWN and FOWNER',
      try:
        'give Keykeeper user: "0:0" and cap_add: [CHOWN, FOWNER, DAC_OVERRIDE], or run as root where the volume is ' +
        `mounted: chown 33:33 ${path} && chmod 0640 ${path}`,
    });
  });

  it('says that an absent file is absent', () => {
    using directory = new TemporaryDirectory();

    expect(() => repairAccess(directory.at('absent'), GLPI)).toThrow(
      expect.objectContaining({ code: 'access-not-repaired', message: expect.stringContaining('ENOENT') }),
    );
  });
});

function accessOfPath(path: string): [number, number, number] {
  const stats = statSync(path);
  return [stats.uid, stats.gid, stats.mode & 0o7777];
}
