import { describe, expect, it } from 'vitest';
import { ownContainer, readPodTraces, startOfFirst } from '../../../../src/platform/kubernetes/own-traces.ts';

const UID = '5f1d3c9e-7a52-4f0b-9c3e-2f6f7f1f0a11';
const IN_POD = `1200 1100 0:61 / / ro,relatime - overlay overlay rw
1210 1200 259:1 /var/lib/kubelet/pods/${UID}/volumes/kubernetes.io~empty-dir/data /var/glpi rw - ext4 /dev/root rw
1211 1200 259:1 /var/lib/kubelet/pods/${UID}/etc-hosts /etc/hosts rw - ext4 /dev/root rw
1212 1200 259:1 /var/lib/kubelet/pods/${UID}/containers/keykeeper-init/7d3f0a1b /dev/termination-log rw - ext4 /dev/root rw`;

describe('what a process can see of its pod', () => {
  it('is the pod and its own container, by where the kubelet keeps the termination log', () => {
    expect(ownContainer(IN_POD)).toEqual({ podUid: UID, container: 'keykeeper-init' });
  });

  it('is nothing outside a pod', () => {
    expect(ownContainer('28 1 259:1 / / rw,relatime - ext4 /dev/root rw')).toBeNull();
    expect(ownContainer('')).toBeNull();
  });

  it('is when the container began, whatever its first process is called', () => {
    const stat = `1 (no) de (x) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 11 0 ${12_345} 700 800 rest`;

    expect(startOfFirst(stat, 'cpu 1 2\nbtime 1700000000\nprocesses 3')).toBe(1_700_000_123_450);
  });

  it('is no such time where the kernel does not tell', () => {
    expect(startOfFirst('', '')).toBeNull();
  });

  it('can be read on this machine', () => {
    const { startedAt } = readPodTraces();

    expect(startedAt).toBeGreaterThan(0);
    expect(startedAt).toBeLessThanOrEqual(Date.now());
  });
});
