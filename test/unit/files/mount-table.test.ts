import { describe, expect, it } from 'vitest';
import { hostId, isTranslated, parseIdMap } from '../../../src/files/id-map.ts';
import { mountOf, parseMountTable } from '../../../src/files/mount-table.ts';

const TABLE = [
  '21 1 0:30 / / rw,relatime - overlay overlay ro,lowerdir=/a',
  '36 21 98:0 /glpi /var/glpi rw,noatime master:1 - ext4 /dev/sda1 rw,errors=continue',
  '37 21 0:44 / /var/glpi/my\\040config ro - nfs4 server:/export rw,vers=4.2',
  '38 21 0:45 / /var/glpi rw shared:5 - cifs //nas/glpi rw,uid=33',
  '',
].join('\n');

describe('the mount table', () => {
  it('tells point, type, source and options of a mount, escapes undone', () => {
    expect(parseMountTable(TABLE)[2]).toEqual({
      point: '/var/glpi/my config',
      type: 'nfs4',
      source: 'server:/export',
      options: ['ro', 'rw', 'vers=4.2'],
    });
  });

  it.each([
    ['/var/glpi/my config/glpicrypt.key', 'nfs4'],
    ['/var/glpi/config', 'cifs'],
    ['/var/glpi', 'cifs'],
    ['/var/glpi-other/config', 'overlay'],
    ['/', 'overlay'],
  ])('knows what %s lies on: %s', (path, type) => {
    expect(mountOf(path, parseMountTable(TABLE))?.type).toBe(type);
  });

  it('knows nothing without /proc', () => {
    expect(mountOf('/var/glpi', parseMountTable(''))).toBeNull();
  });
});

describe('the map of ids', () => {
  const rootless = parseIdMap('         0       1000          1\n         1     100000      65536\n');

  it.each([
    [0, 1000],
    [1, 100_000],
    [33, 100_032],
    [65_536, 165_535],
    [65_537, null],
  ])("gives the host's number of %d: %s", (inside, outside) => {
    expect(hostId(rootless, inside)).toBe(outside);
  });

  it('tells a translated namespace from the first one', () => {
    expect([rootless, parseIdMap('0 0 4294967295'), parseIdMap('')].map(isTranslated)).toEqual([true, false, false]);
    expect(hostId(parseIdMap(''), 33)).toBe(33);
  });
});
