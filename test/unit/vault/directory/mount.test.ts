import { describe, expect, it } from 'vitest';
import { isWithin, mountOf, parseMounts, readMounts, sharesVolume } from '../../../../src/vault/directory/mount.ts';

const ROOT = '100 90 0:50 / / rw,relatime - overlay overlay rw,lowerdir=/l,upperdir=/u';
const PROC = '101 100 0:51 / /proc rw - proc proc rw';

function bind(id: number, root: string, point: string, rest = 'ext4 /dev/sda1 rw', device = '8:1'): string {
  return `${id} 100 ${device} ${root} ${point} rw,relatime shared:7 master:1 - ${rest}`;
}

function shares(lines: string[], vault: string, glpi: string, same: (a: string, b: string) => boolean = () => false) {
  return sharesVolume(parseMounts([ROOT, PROC, ...lines].join('\n')), vault, glpi, same);
}

describe('mountinfo', () => {
  it('gives the mount of a path: the deepest, and of two on one point the later', () => {
    const lines = [ROOT, bind(1, '/a', '/data'), bind(2, '/b', '/data'), bind(3, '/c', '/data/deep')];
    const mounts = parseMounts(lines.join('\n'));

    expect(mountOf(mounts, '/data/x')?.root).toBe('/b');
    expect(mountOf(mounts, '/data/deep/er')?.root).toBe('/c');
    expect(mountOf(mounts, '/database')?.point).toBe('/');
  });

  it('is read with its octal escapes, and lines that are none are passed over', () => {
    const mounts = parseMounts(`${bind(1, '/a\\040b', '/my\\040vault')}\nnonsense\n\n`);

    expect(mounts).toHaveLength(1);
    expect(mounts[0]).toMatchObject({ root: '/a b', point: '/my vault', device: '8:1', type: 'ext4' });
  });

  it.each([
    '',
    'nonsense',
    '1 100 8:1 / /a rw',
    '1 100 8:1 / /a rw - ',
    '1 100 8:1 / - ext4 /dev/sda1 rw',
    '1 100 8:1 - ext4 /dev/sda1 rw',
    '1 100 - ext4 /dev/sda1 rw',
    '1 - ext4 /dev/sda1 rw',
    ' - ext4 /dev/sda1 rw',
  ])('has no mount in a line that is cut off: %j', (line) => {
    expect(parseMounts(line).filter(({ type }) => type !== '')).toEqual([]);
  });

  it('tells what is read-only, by the mount or by its file system, and no option that only has such letters', () => {
    const line = (own: string, above: string) => `1 100 8:1 / /a ${own} - ext4 /dev/sda1 ${above}`;
    const readOnly = [
      line('ro,relatime', 'rw'),
      line('rw', 'rw,ro'),
      line('rw,errors=remount-ro', 'rw'),
      line('rw', ''),
    ];

    expect(readOnly.map((each) => parseMounts(each)[0]?.readOnly)).toEqual([true, true, false, false]);
  });

  it('of this process has a root', () => {
    expect(mountOf(readMounts(), '/')?.point).toBe('/');
  });
});

describe('a path', () => {
  it.each([
    ['/a/b', '/a', true],
    ['/a', '/a', true],
    ['/a/', '/a', true],
    ['/a', '/a/', true],
    ['/a//b', '/a/b', true],
    ['/a/b/c', '/a//b/', true],
    ['/', '/', true],
    ['/a', '/', true],
    ['/ab', '/a', false],
    ['/a', '/a/b', false],
  ])('%s within %s: %s', (path, folder, expected) => {
    expect(isWithin(path, folder)).toBe(expected);
  });
});

describe('a vault shares a volume with GLPI', () => {
  const config = '/var/lib/docker/volumes/glpi_config/_data';
  const vault = '/var/lib/docker/volumes/vault/_data';

  it.each<[string, string[], string, string]>([
    [
      'when one volume is mounted at both',
      [bind(1, config, '/var/glpi'), bind(2, config, '/vault')],
      '/vault',
      '/var/glpi/config',
    ],
    [
      'when it lies beside the config directory on one volume',
      [bind(1, config, '/data')],
      '/data/vault',
      '/data/config',
    ],
    [
      'when it is a folder of the volume that GLPI mounts',
      [bind(1, '/srv/glpi', '/var/glpi'), bind(2, '/srv/glpi/vault', '/vault')],
      '/vault',
      '/var/glpi/config',
    ],
    [
      'when a whole disk is mounted at both',
      [bind(1, '/', '/var/glpi'), bind(2, '/', '/vault')],
      '/vault',
      '/var/glpi/config',
    ],
  ])('%s', (_, lines, ours, theirs) => {
    expect(shares(lines, ours, theirs)).toBe(true);
  });

  it.each<[string, string[], string, string]>([
    ['two volumes of one disk', [bind(1, config, '/var/glpi'), bind(2, vault, '/vault')], '/vault', '/var/glpi/config'],
    [
      'two folders of one host directory',
      [bind(1, '/srv/stack/config', '/var/glpi/config'), bind(2, '/srv/stack/vault', '/vault')],
      '/vault',
      '/var/glpi/config',
    ],
    [
      'the volume of GLPI beside the vault of the container itself',
      [bind(1, config, '/var/glpi')],
      '/vault',
      '/var/glpi/config',
    ],
    ['both in the container or machine itself', [], '/vault', '/var/glpi/config'],
    ['one partition of a machine', [bind(1, '/', '/var')], '/var/lib/keykeeper', '/var/lib/glpi/config'],
    [
      'one btrfs subvolume of a machine',
      [bind(1, '/@var', '/var', 'btrfs /dev/sda1 rw,space_cache,subvol=/@var')],
      '/var/lib/keykeeper',
      '/var/lib/glpi/config',
    ],
    [
      'two tmpfs',
      [bind(1, '/', '/vault', 'tmpfs tmpfs rw', '0:70'), bind(2, '/', '/var/glpi', 'tmpfs tmpfs rw', '0:71')],
      '/vault',
      '/var/glpi/config',
    ],
    [
      'names that only begin alike',
      [bind(1, '/srv/glpi', '/var/glpi'), bind(2, '/srv/glpi-vault', '/vault')],
      '/vault',
      '/var/glpi/config',
    ],
  ])('but not: %s', (_, lines, ours, theirs) => {
    expect(shares(lines, ours, theirs)).toBe(false);
  });

  it('but not where a path lies on no mount that is known', () => {
    const only = parseMounts(bind(1, '/srv/glpi', '/var/glpi'));

    expect(sharesVolume(only, '/vault', '/var/glpi/config', () => true)).toBe(false);
    expect(sharesVolume(only, '/var/glpi/vault', '/elsewhere', () => true)).toBe(false);
    expect(sharesVolume([], '/vault', '/var/glpi', () => true)).toBe(false);
  });

  it('but not where one of them is the root of the container or machine', () => {
    const root = bind(9, '/srv', '/');
    const lines = (point: string) => parseMounts([root, bind(1, '/srv/glpi', point)].join('\n'));

    expect(sharesVolume(lines('/var/glpi'), '/glpi/vault', '/var/glpi', () => true)).toBe(false);
    expect(sharesVolume(lines('/vault'), '/vault', '/var/glpi', () => true)).toBe(false);
  });

  it('over NFS only when both mounts show the same folder, since each says that its root is "/"', () => {
    const nfs = 'nfs4 server:/export rw';
    const lines = [bind(1, '/', '/var/glpi', nfs, '0:60'), bind(2, '/', '/vault', nfs, '0:60')];

    expect(shares(lines, '/vault', '/var/glpi/config', () => false)).toBe(false);
    expect(shares(lines, '/vault', '/var/glpi/config', () => true)).toBe(true);
  });
});
