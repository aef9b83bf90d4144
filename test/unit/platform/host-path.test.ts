import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitBefore } from '../../../src/platform/docker/backoff.ts';
import type { Mount } from '../../../src/platform/docker/container.ts';
import { hostPathOf, seenAt } from '../../../src/platform/docker/host-path.ts';

const segment = fc.constantFrom('a', 'b', 'config', '..x');
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
const mount: fc.Arbitrary<Mount> = fc.record({
  type: fc.constant('bind'),
  volume: fc.constant(null),
  source: fc.oneof(path, fc.constant('')),
  destination: path,
});

describe('paths of the host and of a container', () => {
  it('takes the mount nearest to the path', () => {
    const mounts: Mount[] = [
      { type: 'volume', volume: 'glpi', source: '/volumes/glpi', destination: '/var/glpi' },
      { type: 'bind', volume: null, source: '/srv/config', destination: '/var/glpi/config' },
    ];

    expect(hostPathOf(mounts, '/var/glpi/files')).toBe('/volumes/glpi/files');
    expect(hostPathOf(mounts, '/var/glpi/config')).toBe('/srv/config');
    expect(hostPathOf(mounts, '/var/glpi-other')).toBeNull();
  });

  it('never says that a container sees a host path where it sees another one', () => {
    fc.assert(
      fc.property(fc.array(mount, { maxLength: 4 }), path, (mounts, hostPath) => {
        const seen = seenAt(mounts, hostPath);
        if (seen !== null) expect(hostPathOf(mounts, seen)).toBe(posix.normalize(hostPath));
      }),
    );
  });

  it('sees every path of a single mount', () => {
    fc.assert(
      fc.property(mount, path, (only, below) => {
        fc.pre(only.source !== '');
        expect(seenAt([only], only.source + below)).toBe(only.destination + below);
      }),
    );
  });
});

describe('waiting before the next attempt', () => {
  it('grows to the longest wait, never beyond, and never to nothing', () => {
    const backoff = { first: 200, longest: 30_000 };
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const wait = waitBefore(attempt, backoff, random);
        expect(wait).toBeGreaterThanOrEqual(100);
        expect(wait).toBeLessThanOrEqual(30_000);
      }),
    );
    expect(waitBefore(0, backoff, 1)).toBe(200);
    expect(waitBefore(3, backoff, 1)).toBe(1_600);
    expect(waitBefore(20, backoff, 0)).toBe(15_000);
  });
});
