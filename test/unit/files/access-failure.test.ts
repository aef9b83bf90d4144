import { describe, expect, it } from 'vitest';
import { absolutePath, gid, mode, uid } from '../../../src/core/brand.ts';
import { accessFailure, modeText, ownerText, powersOf } from '../../../src/files/access-failure.ts';

const PATH = absolutePath('/var/glpi/config/glpicrypt.key');

describe('powersOf', () => {
  it.each([
    ['Name:\tnode\nCapEff:\t0000000000000009\nCapBnd:\t0\n', 0, { uid: 0, chown: true, owner: true }],
    ['CapEff:\t0000000000000001\n', 0, { uid: 0, chown: true, owner: false }],
    ['CapEff:\t0000000000000000\n', 0, { uid: 0, chown: false, owner: false }],
    ['CapEff:\t000001fffeffffff\n', 0, { uid: 0, chown: true, owner: true }],
    [null, 0, { uid: 0, chown: true, owner: true }],
    [null, 33, { uid: 33, chown: false, owner: false }],
  ])('reads %j', (status, id, powers) => {
    expect(powersOf(status, id)).toEqual(powers);
  });
});

describe('ownerText and modeText', () => {
  it('write what chown and chmod take', () => {
    expect(ownerText({ uid: uid(33), gid: gid(34) })).toBe('33:34');
    expect(ownerText({ uid: uid(33), gid: null })).toBe('33');
    expect(ownerText({ uid: null, gid: gid(34) })).toBe(':34');
    expect(ownerText({ uid: null, gid: null })).toBe('');
    expect([0o640, 0, 0o7777].map(modeText)).toEqual(['0640', '0000', '07777']);
  });
});

describe('accessFailure', () => {
  const target = { uid: uid(33), gid: gid(33), mode: mode(0o640) };

  it.each([
    ['EROFS', 'mounted read-only', '":ro"'],
    ['EINVAL', 'does not exist in this user namespace', 'chown 33:33'],
    ['EIO', 'the system answers EIO', 'chmod 0640'],
  ])('tells %s apart', (code, why, remedy) => {
    const failure = accessFailure(PATH, target, Object.assign(new Error('refused'), { code }));

    expect(failure).toMatchObject({ code: 'access-not-repaired', target: PATH, expected: 'owner 33:33, mode 0640' });
    expect(failure.message).toContain(why);
    expect(failure.try).toContain(remedy);
  });

  it('does not advise chown on a file that is still to be made', () => {
    const failure = accessFailure(PATH, target, Object.assign(new Error('refused'), { code: 'EINVAL' }), 'new');

    expect(failure.try).toBe('run Keykeeper as that owner: user: "33:33"');
  });
});
