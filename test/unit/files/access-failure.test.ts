import { describe, expect, it } from 'vitest';
import { absolutePath, gid, mode, uid } from '../../../src/core/brand.ts';
import { capabilitiesOf } from '../../../src/files/access-facts.ts';
import { accessFailure } from '../../../src/files/access-failure.ts';
import { modeText, ownerText } from '../../../src/files/access-text.ts';

const PATH = absolutePath('/var/glpi/config/glpicrypt.key');

describe('capabilitiesOf', () => {
  it.each([
    ['Name:\tnode\nCapEff:\t000000000000000b\nCapBnd:\t0\n', 0, ['CHOWN', 'DAC_OVERRIDE', 'FOWNER']],
    ['CapEff:\t0000000000000001\n', 0, ['CHOWN']],
    ['CapEff:\t0000000000000000\n', 0, []],
    ['CapEff:\t000001fffeffffff\n', 0, ['CHOWN', 'DAC_OVERRIDE', 'FOWNER']],
    [null, 0, ['CHOWN', 'DAC_OVERRIDE', 'FOWNER']],
    [null, 33, []],
  ])('reads %j', (status, id, capabilities) => {
    expect([...capabilitiesOf(status, id)]).toEqual(capabilities);
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
