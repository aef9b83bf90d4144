import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gid, type Mode, mode, uid } from '../../../src/core/brand.ts';
import { type FileAccess, GUARDED_FILES, type GuardedFile } from '../../../src/core/guarded-set.ts';
import type { WantedAccess } from '../../../src/core/observation.ts';
import { canRead, fileChange, missingDirectoryAccess } from '../../../src/core/plan-access.ts';

const IDS = fc.constantFrom(0, 33, 82, 1000);
const FOUND: fc.Arbitrary<FileAccess> = fc.record({
  uid: IDS.map(uid),
  gid: IDS.map(gid),
  mode: fc.integer({ min: 0, max: 0o7777 }).map(mode),
  links: fc.constant(1),
});
const WANTED: fc.Arbitrary<WantedAccess> = fc
  .record({ uid: IDS.map(uid), gid: IDS.map(gid), lock: fc.constantFrom('on', 'off', undefined) })
  .map(({ lock, ...ids }) => ({ ...ids, newFileMode: mode(0o640), ...(lock === undefined ? {} : { lock }) }));
const NAME = fc.constantFrom(...GUARDED_FILES);

function repair(name: GuardedFile, found: FileAccess, wanted: WantedAccess): FileAccess {
  const change = fileChange(name, found, wanted);
  return {
    ...found,
    uid: change?.uid ?? found.uid,
    gid: change?.gid ?? found.gid,
    mode: change?.mode ?? found.mode,
  };
}

/** Bits for group and others. */
function beyondOwner(bits: Mode): number {
  return bits & 0o077;
}

describe('a repaired file', () => {
  it('lets nobody but GLPI do more than before', () => {
    fc.assert(
      fc.property(NAME, FOUND, WANTED, (name, found, wanted) => {
        const repaired = repair(name, found, wanted);

        // The lock alone opens a key file to a group: it is how GLPI reads it then.
        const allowed = wanted.lock === 'on' && name === 'glpicrypt.key' ? 0o040 : 0;
        expect(beyondOwner(repaired.mode) & ~beyondOwner(found.mode) & ~allowed).toBe(0);
        expect(repaired.mode & 0o7000).toBe(fileChange(name, found, wanted) === null ? found.mode & 0o7000 : 0);
      }),
    );
  });

  it('is not widened at all where it is a read-only one that GLPI reads and never writes', () => {
    fc.assert(
      fc.property(NAME, FOUND, WANTED, (name, found, wanted) => {
        fc.pre(!name.startsWith('config_db') && wanted.lock === undefined && (found.mode & 0o400) !== 0);

        expect(repair(name, found, wanted).mode & ~found.mode).toBe(0);
      }),
    );
  });

  it('is read by GLPI, and written by it where it has to', () => {
    fc.assert(
      fc.property(NAME, FOUND, WANTED, (name, found, wanted) => {
        const repaired = repair(name, found, wanted);

        expect(canRead(repaired, wanted)).toBe(true);
        if (name.startsWith('config_db')) expect([repaired.uid, repaired.mode & 0o600]).toEqual([wanted.uid, 0o600]);
      }),
    );
  });

  it('that was killed between its mode and its owner ends the same after the next run', () => {
    fc.assert(
      fc.property(NAME, FOUND, WANTED, (name, found, wanted) => {
        const half = { ...found, mode: fileChange(name, found, wanted)?.mode ?? found.mode };

        expect(repair(name, half, wanted)).toEqual(repair(name, found, wanted));
      }),
    );
  });

  it('needs no second repair', () => {
    fc.assert(
      fc.property(NAME, FOUND, WANTED, (name, found, wanted) => {
        expect(fileChange(name, repair(name, found, wanted), wanted)).toBeNull();
      }),
    );
  });
});

describe('a repaired directory', () => {
  it('can be entered and written by GLPI, opens to no others, and needs no second repair', () => {
    fc.assert(
      fc.property(FOUND, IDS, IDS, (found, user, group) => {
        const wanted = { uid: uid(user), gid: gid(group) };
        const change = missingDirectoryAccess(found, wanted);
        const repaired = {
          uid: change?.uid ?? found.uid,
          gid: change?.gid ?? found.gid,
          mode: change?.mode ?? found.mode,
        };

        expect(missingDirectoryAccess(repaired, wanted)).toBeNull();
        expect(repaired.mode & 0o007 & ~found.mode).toBe(0);
        const widened = repaired.mode & 0o070 & ~found.mode;
        expect(widened === 0 || found.gid === group).toBe(true);
      }),
    );
  });
});
