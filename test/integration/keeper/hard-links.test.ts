import { chownSync, linkSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gid, uid } from '../../../src/core/brand.ts';
import { isRoot } from '../../unit/files/root.ts';
import { type ScratchInstance, scratchInstance } from './scratch-instance.ts';

const GLPI = { owner: { kind: 'fixed', uid: uid(33), gid: gid(33) } } as const;
const KEY = Buffer.alloc(32, 'k');

describe.skipIf(!isRoot)('a guarded file with a second name', () => {
  it('gets owner and mode by a copy in its place, and the snapshot keeps what it has', async () => {
    using instance = scratchInstance(null, '', GLPI);
    instance.put('glpicrypt.key', KEY, 0o644);
    const snapshot = linked(instance, 'glpicrypt.key');

    const result = await instance.keeper('gate').reconcile(new AbortController().signal);

    expect(accessOf(instance.keyPath)).toEqual([33, 33, 0o644, 1]);
    expect(accessOf(snapshot)).toEqual([0, 0, 0o644, 1]);
    expect([instance.read('glpicrypt.key'), readFileSync(snapshot)]).toEqual([KEY, KEY]);
    expect(result.reports.filter((each) => each.action === 'separate-file')).toEqual([
      {
        action: 'separate-file',
        target: instance.keyPath,
        done: true,
        detail: 'owner 33:33: a copy of its own, for 2 names shared it',
      },
    ]);
  });

  it('is locked by a copy too', async () => {
    using instance = scratchInstance(null, '', { ...GLPI, lock: 'on' });
    instance.put('glpicrypt.key', KEY, 0o640);
    chownSync(instance.keyPath, 33, 33);
    const snapshot = linked(instance, 'glpicrypt.key');

    await instance.keeper('gate').reconcile(new AbortController().signal);

    expect(accessOf(instance.keyPath)).toEqual([0, 33, 0o440, 1]);
    expect(accessOf(snapshot)).toEqual([33, 33, 0o640, 1]);
  });

  it('that GLPI may not read is never handed to it, however often Keykeeper looks: it may be a planted link', async () => {
    using instance = scratchInstance(null, '', GLPI);
    instance.put('glpicrypt.key', KEY, 0o640);
    chownSync(instance.keyPath, 33, 33);
    const foreign = join(instance.configDir, '..', 'secret-of-root');
    writeFileSync(foreign, 'not for GLPI', { mode: 0o600 });
    linkSync(foreign, join(instance.configDir, 'local_define.php'));
    const keeper = instance.keeper('gate');

    const first = await keeper.reconcile(new AbortController().signal);
    const second = await keeper.reconcile(new AbortController().signal);

    expect(accessOf(foreign)).toEqual([0, 0, 0o600, 2]);
    expect(statSync(join(instance.configDir, 'local_define.php')).ino).toBe(statSync(foreign).ino);
    for (const { findings } of [first, second]) {
      expect(findings).toContainEqual(
        expect.objectContaining({ code: 'access-not-repaired', message: expect.stringContaining('2 names') }),
      );
    }
  });
});

function linked({ configDir }: ScratchInstance, name: string): string {
  const backup = join(configDir, '..', 'snapshot');
  mkdirSync(backup);
  linkSync(join(configDir, name), join(backup, name));
  return join(backup, name);
}

function accessOf(path: string): number[] {
  const { uid: owner, gid: group, mode, nlink } = statSync(path);
  return [owner, group, mode & 0o7777, nlink];
}
