import type { FileAccess, GuardedFile } from '../../../core/guarded-set.ts';
import type { WantedAccess } from '../../../core/observation.ts';
import { canRead, fileChange, planAccess } from '../../../core/plan-access.ts';
import { modeText } from '../../../files/access-failure.ts';
import { check, FINE, skipped, type Trouble, troubles } from '../check.ts';
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
    title: "GLPI's user owns the guarded files and can read and write them",
    levels: ['error', 'warning'],
    needs: ['instance', 'settings'],
    run: ({ instance, settings: { settings } }) => {
      const observation = observationOf(instance);
      const found = planAccess(observation).flatMap((action): Trouble[] => {
        if (action.action !== 'repair-access') return [];
        const state = observation.files[action.target];
        const access = state.kind === 'regular' || state.kind === 'unreadable' ? state.access : undefined;
        if (access === undefined || fileChange(access, observation.access) === null) return [];
        return [notOwned(`${settings.configDir}/${action.target}`, access, observation.access)];
      });
      return troubles(...found);
    },
  }),
  check({
    code: 'directory-owned',
    group: 'ownership',
    title: "GLPI's user can enter and write the config directory",
    levels: ['error'],
    needs: ['instance', 'settings'],
    run: ({ instance, settings: { settings } }) => {
      const { access, directoryAccess } = observationOf(instance);
      const change = planAccess(observationOf(instance)).find((each) => each.action === 'repair-directory');
      if (change === undefined || directoryAccess === null) return FINE;
      return troubles({
        level: 'error',
        target: settings.configDir,
        message: `GLPI's user ${ownerOf(access)} cannot write its config directory: it can neither install nor rotate`,
        evidence: [describeAccess(directoryAccess)],
        fix: `docker compose exec --user 0 glpi chown ${ownerOf(access)} ${settings.configDir}`,
      });
    },
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

function notOwned(target: string, access: FileAccess, wanted: WantedAccess): Trouble {
  const readable = canRead(access, wanted);
  return {
    level: readable ? 'warning' : 'error',
    target,
    message: readable
      ? `GLPI's user ${ownerOf(wanted)} can read it, and neither owns it nor can write it`
      : `GLPI's user ${ownerOf(wanted)} cannot read it: GLPI runs as if it were not there`,
    evidence: [describeAccess(access)],
    fix: `keykeeper init repairs it; by hand: docker compose exec --user 0 glpi chown ${ownerOf(wanted)} ${target}`,
  };
}

function ownerOf({ uid, gid }: WantedAccess): string {
  return `${uid ?? ''}:${gid ?? ''}`;
}

function describeAccess({ uid, gid, mode }: FileAccess): string {
  return `owner ${uid}:${gid}, mode ${modeText(mode)}`;
}
