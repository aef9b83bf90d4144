import { describe, expect, it } from 'vitest';
import { ownContainerIds } from '../../../src/platform/docker/own-container.ts';

const ID = '0123456789abcdef'.repeat(4);
const OTHER = 'f'.repeat(64);
const NOTHING = { mountinfo: '', cgroup: '', hostname: 'helpdesk' };

describe('knowing the own container', () => {
  it('goes by the files that Docker mounts, whatever the host name and the cgroup version', () => {
    const mountinfo = [
      '640 638 0:52 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/X',
      `651 640 8:1 /var/lib/docker/containers/${ID}/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/sda1 rw`,
      `652 640 8:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw,relatime - ext4 /dev/sda1 rw`,
    ].join('\n');

    expect(ownContainerIds({ ...NOTHING, mountinfo, cgroup: '0::/\n' })).toEqual([ID]);
  });

  it('does not take the folders of other containers, mounted on the host, for its own', () => {
    const mountinfo = `90 24 0:45 / /var/lib/docker/containers/${OTHER}/mounts/shm rw - tmpfs shm rw`;

    expect(ownContainerIds({ ...NOTHING, mountinfo })).toEqual([]);
  });

  it.each([
    ['cgroupfs', `12:memory:/docker/${ID}\n11:cpu:/docker/${ID}\n`],
    ['systemd', `1:name=systemd:/system.slice/docker-${ID}.scope\n`],
  ])('goes by the cgroup of version 1 as %s names it', (_name, cgroup) => {
    expect(ownContainerIds({ ...NOTHING, cgroup })).toEqual([ID]);
  });

  it('tries the host name last where it looks like a short id', () => {
    const found = ownContainerIds({ mountinfo: '', cgroup: `1:cpu:/docker/${ID}`, hostname: 'abcdef012345' });

    expect(found).toEqual([ID, 'abcdef012345']);
  });

  it('finds nothing outside a container', () => {
    expect(ownContainerIds({ ...NOTHING, cgroup: '0::/user.slice/session-1.scope\n' })).toEqual([]);
  });
});
