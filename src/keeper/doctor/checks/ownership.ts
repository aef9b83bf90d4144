import type { FileAccess, GuardedFile } from '../../../core/guarded-set.ts';
import type { WantedAccess } from '../../../core/observation.ts';
import { canRead } from '../../../core/plan-access.ts';
import { commandText, modeText, ownerText } from '../../../files/access-text.ts';
import { check, FINE, skipped, type Trouble, told, troubles } from '../check.ts';
import type { WrongAccess } from '../facts/look-at-access.ts';
import { observationOf } from '../seen.ts';

/** Files with something secret in them, beside the key itself. */
const CONFIDENTIAL: readonly GuardedFile[] = ['config_db.php', 'config_db_slave.php', 'glpi.key', 'oauth.pem'];

/** Whose the files are, and who may read them. */
export const OWNERSHIP_CHECKS = [
  check({
    code: 'key-private',
    group: 'ownership',
    title: "The key file is for GLPI's user and group alone",
    levels: ['warning', 'advice'],
    needs: ['instance', 'settings'],
    run: ({ instance, settings: { settings } }) => {
      const { files, access } = observationOf(instance);
      const state = files['glpicrypt.key'];
      if (state.kind !== 'regular') return skipped('there is no key file that can be read');
      return troubles(...tooOpen(`${settings.configDir}/glpicrypt.key`, state.access, access, '0640'));
    },
  }),
  check({
    code: 'files-private',
    group: 'ownership',
    title: "The files that hold passwords and other keys are for GLPI's user and group alone",
    levels: ['warning', 'advice'],
    needs: ['instance', 'settings'],
    run: ({ instance, settings: { settings } }) => {
      const { files, access } = observationOf(instance);
      const found = CONFIDENTIAL.flatMap((name) => {
        const state = files[name];
        if (state.kind !== 'regular') return [];
        return tooOpen(`${settings.configDir}/${name}`, state.access, access, '0660');
      });
      return troubles(...found);
    },
  }),
  check({
    code: 'directory-private',
    group: 'ownership',
    title: 'Not everybody may write to the config directory',
    levels: ['warning'],
    needs: ['instance', 'settings'],
    run: ({ instance, settings: { settings } }) => {
      const { directoryAccess } = observationOf(instance);
      if (directoryAccess === null || (directoryAccess.mode & 0o1002) !== 0o002) return FINE;
      return troubles({
        level: 'warning',
        target: settings.configDir,
        message: 'everybody in the container may replace the key',
        evidence: [describeAccess(directoryAccess)],
        fix: `docker compose exec --user 0 glpi chmod o-w ${settings.configDir}`,
      });
    },
  }),
  check({
    code: 'files-owned',
    group: 'ownership',
    title: 'GLPI can read the guarded files, and write those that it writes',
    levels: ['error', 'warning'],
    needs: ['instance', 'access'],
    run: ({ instance, access }) => {
      const { files, access: wanted } = observationOf(instance);
      const found = access.flatMap((each): Trouble[] => {
        const state = files[each.target as GuardedFile];
        // The directory has a check of its own.
        if (each.target === 'config' || (state.kind !== 'regular' && state.kind !== 'unreadable')) return [];
        return state.access === undefined ? [] : [notOwned(each, state.access, wanted)];
      });
      return troubles(...found);
    },
  }),
  check({
    code: 'directory-owned',
    group: 'ownership',
    title: 'GLPI can enter and write its config directory',
    levels: ['error'],
    needs: ['instance', 'access'],
    run: ({ instance, access }) => {
      const { access: wanted, directoryAccess } = observationOf(instance);
      const wrong = access.find((each) => each.target === 'config');
      if (wrong === undefined || directoryAccess === null) return FINE;
      return troubles({
        level: 'error',
        target: wrong.path,
        message: `GLPI's user ${ownerText(wanted)} cannot write its config directory: it can neither install nor rotate`,
        evidence: [describeAccess(directoryAccess), ...whoseItIs(wanted)],
        fix: byHand(wrong),
      });
    },
  }),
  check({
    code: 'access-repairable',
    group: 'ownership',
    title: 'Where owner or mode is not as it should be, Keykeeper can set it right',
    levels: ['error'],
    needs: ['access', 'instance'],
    run: ({ access, instance }) => {
      if (instance.withoutVault !== null) return skipped('this is a look from outside: who looks repairs nothing');
      const found = access.flatMap(({ path, obstacle }): Trouble[] => {
        if (obstacle === null) return [];
        const message = `owner and mode cannot be repaired: ${obstacle.why}`;
        return [{ level: 'error', target: path, message, evidence: [obstacle.obstacle], fix: obstacle.try }];
      });
      return troubles(...found);
    },
  }),
  check({
    code: 'lock-holds',
    group: 'ownership',
    title: 'KEYKEEPER_LOCK=on, where it is set, knows the group that GLPI reads the key by',
    levels: ['error'],
    needs: ['instance'],
    run: ({ instance: { result } }) => told(result.findings, (code) => code === 'lock-without-group'),
  }),
  check({
    code: 'owner-setting',
    group: 'ownership',
    title: 'KEYKEEPER_OWNER, where it is set, is who owns the config directory',
    levels: ['warning'],
    needs: ['instance', 'settings'],
    run: ({ instance, settings: { settings } }) => {
      const { owner, configDir } = settings;
      const { directoryAccess, configDirectory } = observationOf(instance);
      if (owner.kind === 'auto' || directoryAccess === null || configDirectory !== 'present') return FINE;
      if (directoryAccess.uid === 0 || directoryAccess.uid === owner.uid) return FINE;
      return troubles({
        level: 'warning',
        target: 'KEYKEEPER_OWNER',
        message: `Keykeeper gives the files to ${owner.uid}:${owner.gid}, and the directory is another user's: the image may take them back at each start`,
        evidence: [`${configDir}: ${describeAccess(directoryAccess)}`],
        fix: `KEYKEEPER_OWNER=${directoryAccess.uid}:${directoryAccess.gid}, or leave it out`,
      });
    },
  }),
];

/** Whoever is not GLPI and may write or read it. GLPI itself makes its key 0644, so that reading is for advice. */
function tooOpen(target: string, access: FileAccess, wanted: WantedAccess, tighter: string): Trouble[] {
  const ours = wanted.gid === null || wanted.gid === access.gid;
  const foreign = ours ? 0o007 : 0o077;
  const writes = (access.mode & foreign & 0o022) !== 0;
  const reads = (access.mode & foreign & 0o044) !== 0;
  if (!writes && !reads) return [];
  const who = (access.mode & 0o007) === 0 ? `the group ${access.gid}, which is not GLPI's,` : 'everybody';
  return [
    {
      level: writes ? 'warning' : 'advice',
      target,
      message: `${who} may ${writes ? 'write' : 'read'} it`,
      evidence: [describeAccess(access)],
      fix: `docker compose exec --user 0 glpi chmod ${tighter} ${target}`,
    },
  ];
}

function notOwned(wrong: WrongAccess, access: FileAccess, wanted: WantedAccess): Trouble {
  const readable = canRead(access, wanted);
  return {
    level: readable ? 'warning' : 'error',
    target: wrong.path,
    message: readable
      ? `GLPI's user ${ownerText(wanted)} can read it, and it does not stand as GLPI or the lock needs it`
      : `GLPI's user ${ownerText(wanted)} cannot read it: GLPI runs as if it were not there`,
    evidence: [describeAccess(access), ...whoseItIs(wanted)],
    fix: `${byHand(wrong)}; keykeeper init does it, too`,
  };
}

/** Nobody can run a command in Keykeeper's image, which has no shell; GLPI's has one, at the same path. */
function byHand({ path, wanted }: WrongAccess): string {
  return commandText(path, wanted)
    .split(' && ')
    .map((each) => `docker compose exec --user 0 glpi ${each}`)
    .join(' && ');
}

function whoseItIs({ from }: WantedAccess): string[] {
  return from === undefined ? [] : [`whose it should be: ${from}`];
}

function describeAccess({ uid, gid, mode }: FileAccess): string {
  return `owner ${uid}:${gid}, mode ${modeText(mode)}`;
}
