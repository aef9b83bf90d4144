import { spawnSync } from 'node:child_process';
import { chownSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TemporaryDirectory } from '../../unit/files/temporary-directory.ts';
import { Mounts, mountTrouble } from './mounts.ts';
import { isAvailable } from './requirement.ts';

const PROJECT = join(import.meta.dirname, '../../..');
const BY_HAND = (path: string) => `run as root where the volume is mounted: chown 33:33 ${path} && chmod 0640 ${path}`;

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly try: string;
}

/** Has a process of its own, started by `prefix` (unshare, setpriv), give a file to a user and its group with mode 0640. */
function repairUnder(prefix: readonly string[], path: string, id = 33): Refusal | 'repaired' {
  const script =
    `import { repairAccess } from '${PROJECT}/src/files/access.ts';` +
    `try { console.log(JSON.stringify(repairAccess(process.argv[1], { uid: ${id}, gid: ${id}, mode: 0o640 }))); }` +
    'catch ({ code, message, ...rest }) { console.log(JSON.stringify({ code, message, try: rest.try })); }';
  const [command = '', ...options] = [...prefix, process.execPath, '--input-type=module', '--eval', script, path];
  const { stdout, stderr } = spawnSync(command, options, { encoding: 'utf8', cwd: PROJECT });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

function trouble(): string | null {
  const { status, stderr, error } = spawnSync('unshare', ['--user', '--map-root-user', 'true'], { encoding: 'utf8' });
  return status === 0 ? null : (error?.message ?? stderr);
}

describe.skipIf(!isAvailable('mount', 'refused owners', mountTrouble()))(
  'owner and mode that the system refuses',
  () => {
    it('on a read-only bind mount: the mount is named', () => {
      using mounts = new Mounts();
      const place = mounts.directory.at('config');
      mounts.mount(mounts.directory.at('volume'), '-t', 'tmpfs', 'tmpfs');
      writeFileSync(mounts.directory.at('volume', 'glpicrypt.key'), 'key');
      mounts.mount(place, '--bind', mounts.directory.at('volume'));
      spawnSync('mount', ['-o', 'remount,bind,ro', place]);

      expect(repairUnder([], join(place, 'glpicrypt.key'))).toMatchObject({
        code: 'access-not-repaired',
        message: expect.stringContaining(`mounted read-only at ${place}`),
        try: 'mount the config directory into Keykeeper without ":ro"',
      });
    });

    it.each([
      ['CHOWN', 'chown', '[CHOWN, DAC_OVERRIDE]'],
      ['FOWNER', 'fowner', '[FOWNER]'],
    ])('as root without %s: the capability is named, and how to give it', (name, dropped, list) => {
      using directory = new TemporaryDirectory();
      const path = directory.at('glpicrypt.key');
      writeFileSync(path, 'key', { mode: 0o600 });
      chownSync(path, 1000, 1000);

      expect(repairUnder(['setpriv', `--bounding-set=-${dropped}`], path)).toMatchObject({
        message: expect.stringContaining(`runs as uid 0 without the capabilities ${name}`),
        try: `give Keykeeper user: "0:0" and cap_add: ${list}, or ${BY_HAND(path)}`,
      });
      expect(statSync(path).uid).toBe(1000);
    });
  },
);

describe.skipIf(!isAvailable('unshare', 'user namespaces', trouble()))('owner and mode in a user namespace', () => {
  const rootless = ['unshare', '--user', '--map-root-user'];

  it('that has no such user: that is said', () => {
    using directory = new TemporaryDirectory();
    const path = directory.at('glpicrypt.key');
    writeFileSync(path, 'key', { mode: 0o600 });

    expect(repairUnder(rootless, path)).toMatchObject({
      message: expect.stringContaining('uid 33 and gid 33 do not exist in this user namespace'),
      try: expect.stringContaining(BY_HAND(path)),
    });
  });

  it("that has no name for the file's owner: the line for the host is computed", () => {
    using directory = new TemporaryDirectory();
    const path = directory.at('glpicrypt.key');
    writeFileSync(path, 'key', { mode: 0o600 });
    chownSync(path, 1000, 1000);
    const refusal = repairUnder(rootless, path, 0);

    expect(refusal).toMatchObject({
      message: expect.stringContaining('an id of the host that this container has no name for'),
      try: `on the host, where 0:0 is 0:0: chown 0:0 the file behind ${path}`,
    });
  });
});
