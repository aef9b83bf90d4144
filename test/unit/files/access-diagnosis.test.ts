import { describe, expect, it } from 'vitest';
import { absolutePath, gid, mode, uid } from '../../../src/core/brand.ts';
import { type AccessDiagnosis, diagnoseAccess } from '../../../src/files/access-diagnosis.ts';
import type { AccessFacts } from '../../../src/files/access-facts.ts';
import { parseIdMap } from '../../../src/files/id-map.ts';

const PATH = absolutePath('/var/glpi/config/glpicrypt.key');
const ALL = new Set(['CHOWN', 'DAC_OVERRIDE', 'FOWNER'] as const);
const WHOLE = parseIdMap('         0          0 4294967295\n');
/** Rootless Docker: root is uid 1000 of the host, the rest of 65,536 ids begins at 100000. */
const ROOTLESS = parseIdMap('0 1000 1\n1 100000 65535\n');
/** Only root of the container is anybody. */
const ROOT_ALONE = parseIdMap('0 1000 1\n');
const BY_HAND = 'run as root where the volume is mounted: chown 33:33 /var/glpi/config/glpicrypt.key';

/** Root with every capability, on a disk, refused for no reason that the facts show. */
const FACTS: AccessFacts = {
  path: PATH,
  wanted: { uid: uid(33), gid: gid(33), mode: null },
  found: { uid: 0, gid: 0, mode: 0o640 },
  refused: 'EPERM',
  uid: 0,
  capabilities: ALL,
  mount: { point: '/var/glpi', type: 'ext4', source: '/dev/sda1', options: ['rw', 'relatime'] },
  fileSystem: 0xef53,
  uidMap: WHOLE,
  gidMap: WHOLE,
  securityLabel: null,
  opening: '',
  inPod: false,
};

const nfs = { fileSystem: 0x6969 };
const cases: readonly [string, Partial<AccessFacts>, Partial<AccessDiagnosis>][] = [
  [
    'a mount that is read-only by the answer',
    { refused: 'EROFS' },
    { obstacle: 'read-only-mount', try: 'mount the config directory into Keykeeper without ":ro"' },
  ],
  [
    'the read-only layer of the container, where no volume was mounted',
    { refused: 'EROFS', mount: { point: '/', type: 'overlay', source: 'overlay', options: ['ro'] } },
    { try: expect.stringContaining("mount GLPI's config volume into Keykeeper") },
  ],
  [
    'an owner that the user namespace does not have',
    { refused: 'EINVAL', uidMap: ROOT_ALONE, gidMap: ROOT_ALONE },
    { obstacle: 'ids-not-mapped', why: 'uid 33 and gid 33 do not exist in this user namespace' },
  ],
  [
    "a file of the host's, seen from a rootless engine",
    {
      found: { uid: 65_534, gid: 65_534, mode: 0o640 },
      uidMap: parseIdMap('0 1000 1\n1 100000 60000'),
      gidMap: ROOTLESS,
    },
    { obstacle: 'owner-not-mapped', try: expect.stringContaining('chown 100032:100032') },
  ],
  [
    'rootless, where the file can be reached and the answer is no all the same',
    { uidMap: ROOTLESS, gidMap: ROOTLESS },
    { obstacle: 'user-namespace', try: `${BY_HAND}, in a container of the same engine` },
  ],
  [
    'CIFS, which shows the owner of its mount options',
    { fileSystem: 0xff534d42, mount: { point: '/c', type: 'cifs', source: '//nas/glpi', options: ['rw'] } },
    { obstacle: 'no-owners', try: 'mount //nas/glpi with the options uid=33,gid=33,file_mode=0640,dir_mode=0750' },
  ],
  [
    'FAT, which has no owners whoever asks',
    { fileSystem: 0x4d44, capabilities: new Set() },
    { obstacle: 'no-owners', try: 'mount /dev/sda1 with the options uid=33,gid=33,umask=0027' },
  ],
  [
    'a share that accepts the change and ignores it',
    { fileSystem: 0xfe534d42, refused: 'ignored' },
    { obstacle: 'no-owners', why: 'SMB keeps no owner or mode of a file: all files have those of the mount options' },
  ],
  [
    'root without CHOWN',
    { capabilities: new Set(['FOWNER']) },
    {
      obstacle: 'capability-missing',
      why: 'Keykeeper runs as uid 0 without the capabilities CHOWN',
      try: `give Keykeeper user: "0:0" and cap_add: [CHOWN, DAC_OVERRIDE], or ${BY_HAND}`,
    },
  ],
  [
    "somebody else's file, by a user without rights",
    { uid: 1000, capabilities: new Set(), wanted: { ...FACTS.wanted, mode: mode(0o600) } },
    { why: 'Keykeeper runs as uid 1000 without the capabilities CHOWN and FOWNER' },
  ],
  [
    'a pod without root, which needs fsGroup',
    { uid: 33, capabilities: new Set(), inPod: true },
    { obstacle: 'pod-without-root', try: expect.stringContaining('runAsUser: 33, fsGroup: 33') },
  ],
  ['root_squash', nfs, { obstacle: 'root-squash', try: expect.stringContaining('user: "33:33"') }],
  [
    'a folder shared with a virtual machine',
    { fileSystem: 0x01021997 },
    { obstacle: 'remote', why: 'the other side of the 9p mount decides about owners, and refuses' },
  ],
  [
    'the immutable attribute, which open(2) answers with EPERM',
    { opening: 'EPERM' },
    { obstacle: 'immutable', try: `on the host, as root: lsattr ${PATH}, then chattr -ia ${PATH}` },
  ],
  [
    'SELinux',
    { refused: 'EACCES', securityLabel: 'system_u:system_r:container_t:s0:c1,c2' },
    { obstacle: 'selinux', try: expect.stringContaining('":z"') },
  ],
  ['an answer that nothing explains', { refused: 'EIO' }, { obstacle: 'unknown', why: 'the system answers EIO' }],
  [
    'a change that is ignored where owners are kept',
    { refused: 'ignored' },
    { obstacle: 'unknown', why: 'the file system accepts it and changes nothing' },
  ],
];

describe('diagnoseAccess of a refusal', () => {
  it.each(cases)('names %s', (_, facts, expected) => {
    expect(diagnoseAccess({ ...FACTS, ...facts })).toMatchObject(expected);
  });
});

describe('diagnoseAccess as a forecast', () => {
  const forecast = (facts: Partial<AccessFacts>) =>
    diagnoseAccess({ ...FACTS, refused: null, opening: null, ...facts })?.obstacle ?? null;

  it('says what stands in the way before anything is tried', () => {
    expect([
      forecast({ mount: { point: '/c', type: 'ext4', source: '/dev/sda1', options: ['ro'] } }),
      forecast({ uidMap: ROOT_ALONE }),
      forecast({ fileSystem: 0x4d44 }),
      forecast({ capabilities: new Set() }),
      forecast({ capabilities: new Set(), inPod: true }),
    ]).toEqual(['read-only-mount', 'ids-not-mapped', 'no-owners', 'capability-missing', 'pod-without-root']);
  });

  it('says nothing where nothing is seen to stand in the way, and what a server would do is not seen', () => {
    expect([forecast({}), forecast(nfs), forecast({ uidMap: ROOTLESS, gidMap: ROOTLESS })]).toEqual([null, null, null]);
  });

  it('says nothing where all is as wanted, whatever stands in the way', () => {
    const right = { uid: 33, gid: 33, mode: 0o640 };

    expect(forecast({ found: right, capabilities: new Set(), fileSystem: 0x4d44 })).toBeNull();
  });
});
