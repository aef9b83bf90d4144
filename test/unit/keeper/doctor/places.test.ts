import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { absolutePath } from '../../../../src/core/brand.ts';
import { lookAtPlaces } from '../../../../src/keeper/doctor/facts/look-at-places.ts';
import { coreLimitOf, lookAtSurroundings } from '../../../../src/keeper/doctor/facts/look-at-surroundings.ts';
import { keepingOf } from '../../../../src/keeper/doctor/facts/place.ts';
import { mountOf, parseMounts } from '../../../../src/vault/directory/mount.ts';
import { TemporaryDirectory } from '../../files/temporary-directory.ts';
import { SURROUNDINGS, settingsWith } from './healthy-facts.ts';

const POD = '/var/lib/kubelet/pods/0a1b/volumes/kubernetes.io~empty-dir/config';
const ANONYMOUS = `/var/lib/docker/volumes/${'0f'.repeat(32)}/_data`;

describe('what becomes of a place', () => {
  it.each([
    ['a named volume', `9 1 8:1 /var/lib/docker/volumes/glpi_data/_data /p rw - ext4 /dev/sda1 rw`, 'lasting'],
    ['a directory of the host', '9 1 8:1 /srv/glpi /p rw - ext4 /dev/sda1 rw', 'lasting'],
    ['a volume over NFS', '9 1 0:50 / /p rw - nfs4 nas:/glpi rw', 'lasting'],
    ['a volume without a name', `9 1 8:1 ${ANONYMOUS} /p rw - ext4 /dev/sda1 rw`, 'anonymous-volume'],
    [
      'a folder of a volume without a name',
      `9 1 8:1 ${ANONYMOUS}/config /p rw - ext4 /dev/sda1 rw`,
      'anonymous-volume',
    ],
    ['memory', '9 1 0:60 / /p rw - tmpfs tmpfs rw', 'memory'],
    ['an emptyDir on disk', `9 1 8:1 ${POD} /p rw - ext4 /dev/sda1 rw`, 'pod'],
    ['nothing of its own', '9 1 0:50 / / rw - overlay overlay rw', 'container'],
  ])('%s: it is known from the mount', (_, line, keeping) => {
    const mount = mountOf(parseMounts(line), '/p');

    expect(keepingOf(mount, true)).toBe(keeping);
  });

  it('is not a container’s own layer on a machine', () => {
    const root = mountOf(parseMounts('9 1 8:1 / / rw - ext4 /dev/sda1 rw'), '/etc/glpi');

    expect(keepingOf(root, false)).toBe('lasting');
  });

  it.each([
    ['9 1 8:1 / /p ro,relatime - ext4 /dev/sda1 rw', true],
    ['9 1 8:1 / /p rw,relatime - ext4 /dev/sda1 ro', true],
    ['9 1 8:1 / /p rw,relatime - ext4 /dev/sda1 rw,errors=remount-ro', false],
  ])('is read-only by mount or by file system: %s', (line, readOnly) => {
    expect(mountOf(parseMounts(line), '/p')?.readOnly).toBe(readOnly);
  });
});

describe('the places', () => {
  let directory: TemporaryDirectory;
  beforeEach(() => {
    directory = new TemporaryDirectory();
  });
  afterEach(() => directory[Symbol.dispose]());

  const IDENTITY = '# created: today\nAGE-SECRET-KEY-1QQQ\n';

  async function look() {
    const { settings } = await settingsWith();
    const vault = pathToFileURL(join(directory.path, 'vault'));
    const configDir = absolutePath(join(directory.path, 'config'));
    return lookAtPlaces({ ...settings, vault, configDir }, SURROUNDINGS);
  }

  it('are told where an age identity lies beside vault and key, and nothing else is taken for one', async () => {
    for (const each of ['config', 'vault', 'vault/glpi']) mkdirSync(join(directory.path, each));
    writeFileSync(join(directory.path, 'vault/glpi/id.txt'), IDENTITY);
    writeFileSync(join(directory.path, 'config/age.key'), IDENTITY);
    writeFileSync(join(directory.path, 'vault/readme'), 'where is the AGE-SECRET-KEY?');
    writeFileSync(join(directory.path, 'vault/big'), Buffer.alloc(1024 * 1024, `${IDENTITY}`));
    symlinkSync(join(directory.path, 'config/age.key'), join(directory.path, 'vault/link'));

    const { identities } = await look();

    expect(identities).toEqual([join(directory.path, 'vault/glpi/id.txt'), join(directory.path, 'config/age.key')]);
  });

  it('need not be there', async () => {
    const { config, vault, identities } = await look();

    expect(config.exists).toBe(false);
    expect(vault).toMatchObject({ exists: false, folderMode: null });
    expect(identities).toEqual([]);
  });
});

describe('the surroundings', () => {
  it('are those of this very process', () => {
    const found = lookAtSurroundings({ DOCKER_HOST: 'tcp://proxy:2375', KUBERNETES_SERVICE_HOST: '10.0.0.1' });

    expect(found).toMatchObject({ uid: process.geteuid?.(), engineHost: 'tcp://proxy:2375', inPod: true });
    expect(found.capabilities).not.toBeNull();
    expect(found.mounts.some((each) => each.point === '/')).toBe(true);
  });

  it.each([
    ['Max core file size        0                    unlimited            bytes', 0],
    ['Max core file size        unlimited            unlimited            bytes', null],
    ['Max core file size        1048576              unlimited            bytes', 1_048_576],
    ['', 0],
  ])('have a limit on core dumps: %s', (limits, expected) => {
    expect(coreLimitOf(limits)).toBe(expected);
  });
});
