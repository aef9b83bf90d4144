import { mountOf } from '../../../vault/directory/mount.ts';
import { capabilityNames } from '../capabilities.ts';
import { check, FINE, skipped, type Trouble, troubles } from '../check.ts';

/** All that it may need as root: the first three to repair owner and mode, the last to look alone. */
const NEEDED: ReadonlySet<string> = new Set(['CHOWN', 'FOWNER', 'DAC_OVERRIDE', 'DAC_READ_SEARCH']);
const ALL_POWERFUL: ReadonlySet<string> = new Set(['SYS_ADMIN', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_PTRACE']);

/** Whether Keykeeper itself has more rights than it needs. */
export const RIGHTS_CHECKS = [
  check({
    code: 'own-rights',
    group: 'set-up',
    title: 'Keykeeper has no capability beyond CHOWN, FOWNER and DAC_OVERRIDE',
    levels: ['error', 'warning'],
    needs: ['surroundings'],
    run: ({ surroundings: { capabilities, contained, uid } }) => {
      if (!contained) return skipped('Keykeeper runs on a machine, not in a container');
      if (capabilities === null) return skipped('/proc does not say');
      const beyond = capabilityNames(capabilities).filter((each) => !NEEDED.has(each));
      if (beyond.length === 0) return FINE;
      const powerful = beyond.some((each) => ALL_POWERFUL.has(each));
      return troubles({
        level: powerful ? 'error' : 'warning',
        target: 'this container',
        message: powerful
          ? 'Keykeeper may do on the machine whatever it wants: it needs nothing of that'
          : 'Keykeeper has capabilities that it never needs',
        evidence: [`uid ${uid}`, `beyond what it needs: ${beyond.join(', ')}`],
        fix: 'cap_drop: [ALL], cap_add: [CHOWN, FOWNER, DAC_OVERRIDE], and no privileged: true',
      });
    },
  }),
  check({
    code: 'confined',
    group: 'set-up',
    title: 'The root file system is read-only, no process can gain privileges, seccomp is on',
    levels: ['advice'],
    needs: ['surroundings'],
    run: ({ surroundings: { contained, mounts, noNewPrivileges, seccomp } }) => {
      if (!contained) return skipped('Keykeeper runs on a machine, not in a container');
      const found: Trouble[] = [];
      const advise = (target: string, message: string, evidence: string, fix: string) =>
        found.push({ level: 'advice', target, message, evidence: [evidence], fix });
      if (mountOf(mounts, '/')?.readOnly === false) {
        advise('/', "the container's own file system can be written", '/ is mounted rw', 'read_only: true');
      }
      if (!noNewPrivileges) {
        const fix = 'security_opt: ["no-new-privileges:true"]';
        advise('this process', 'it could gain privileges by a set-uid program', 'NoNewPrivs: 0', fix);
      }
      if (seccomp === 0) {
        const fix = "remove seccomp=unconfined from security_opt; the engine's own profile is enough";
        advise('this process', 'no seccomp profile keeps it from system calls that it never makes', 'Seccomp: 0', fix);
      }
      return troubles(...found);
    },
  }),
  check({
    code: 'engine-socket',
    group: 'set-up',
    title: "The engine's socket is not mounted, or there behind a proxy that only lets questions pass",
    levels: ['warning'],
    needs: ['surroundings', 'settings', 'instance'],
    run: ({ surroundings: { engineSocket, engineHost }, settings: { settings }, instance }) => {
      if (engineSocket === null && engineHost === null) return FINE;
      const unused = settings.platform === 'none';
      if (instance.withoutVault !== null && !unused) return skipped('it was given for this look alone');
      if (engineSocket === null) {
        if (!unused) return FINE;
        return troubles({
          level: 'warning',
          target: 'DOCKER_HOST',
          message: 'the engine can be reached, and KEYKEEPER_PLATFORM=none says that nobody asks it',
          evidence: ['DOCKER_HOST is set'],
          fix: 'remove DOCKER_HOST and the network of the proxy, or KEYKEEPER_PLATFORM',
        });
      }
      return troubles({
        level: 'warning',
        target: engineSocket,
        message: unused
          ? "the engine's socket is mounted, and KEYKEEPER_PLATFORM=none says that nobody asks it"
          : "the engine's socket itself is mounted: whoever takes over Keykeeper has the machine",
        evidence: [`${engineSocket} is a socket`],
        fix: unused
          ? `remove the mount of ${engineSocket}`
          : 'docker compose --file compose.yaml --file socket-proxy.yaml up --detach',
      });
    },
  }),
  check({
    code: 'core-dumps',
    group: 'set-up',
    title: 'No core dump can be written, for it would hold the keys',
    levels: ['advice'],
    needs: ['surroundings'],
    run: ({ surroundings: { coreLimit, corePattern, contained } }) => {
      if (coreLimit === 0 || !contained) return FINE;
      return troubles({
        level: 'advice',
        target: 'this container',
        message: 'if Keykeeper crashed, the machine would write its memory to disk, keys and all',
        evidence: [`limit ${coreLimit === null ? 'none' : `${coreLimit} bytes`}`, `core_pattern ${corePattern}`],
        fix: 'ulimits: { core: 0 }',
      });
    },
  }),
];
