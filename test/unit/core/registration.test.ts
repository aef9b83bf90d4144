import { describe, expect, it } from 'vitest';
import { type RegistrationWrite, wasApplied, withWrite } from '../../../src/core/registration.ts';
import { ENTERED, hoursAgo, KEPT, WISHED } from './registration-scene.ts';

function write(why: RegistrationWrite['why'], fingerprint: typeof KEPT | null, hours = 0): RegistrationWrite {
  return { at: hoursAgo(hours), why, fingerprint };
}

describe('the record of what was written into the row of the registration key', () => {
  it('takes each writing once, with its last time', () => {
    const before = [write('wish', WISHED, 3), write('restored', KEPT, 2), write('wish', ENTERED, 1)];

    expect(withWrite(before, write('wish', WISHED))).toEqual([before[1], before[2], write('wish', WISHED)]);
    expect(withWrite(before, write('set', WISHED))).toEqual([...before, write('set', WISHED)]);
    expect(withWrite([], write('cleared', null))).toEqual([write('cleared', null)]);
  });

  it('forgets the oldest beyond a hundred', () => {
    let writes: readonly RegistrationWrite[] = [];
    for (let index = 0; index < 130; index += 1) {
      writes = withWrite(writes, { ...write('wish', KEPT), fingerprint: `${index}` as typeof KEPT });
    }

    expect(writes).toHaveLength(100);
    expect([writes[0]?.fingerprint, writes.at(-1)?.fingerprint]).toEqual(['30', '129']);
  });

  it('says that a key of the settings had its turn, whatever else was done with it', () => {
    const writes = [write('restored', KEPT), write('set', ENTERED), write('wish', WISHED)];

    expect([KEPT, ENTERED, WISHED].map((key) => wasApplied(writes, key))).toEqual([false, false, true]);
  });
});
