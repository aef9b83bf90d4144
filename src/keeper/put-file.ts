import { type AbsolutePath, mode } from '../core/brand.ts';
import { Failure } from '../core/failure.ts';
import { type FileState, type GuardedFile, KEY_FILE } from '../core/guarded-set.ts';
import { keptFile } from '../core/history.ts';
import type { Action } from '../core/plan.ts';
import { restoredAccess } from '../core/plan-access.ts';
import { createDirectory } from '../files/directory-access.ts';
import { createFile, replaceFile } from '../files/write-file.ts';
import { formatConfigDb, newInstallFlags } from '../glpi/format-config-db.ts';
import type { ApplyContext } from './apply.ts';
import { captureLateBytes } from './late-bytes.ts';

type PutAction = Action & { action: 'restore-file' | 'write-database-settings' };

interface Content {
  readonly bytes: Buffer;
  readonly access: Parameters<typeof createFile>[2];
  readonly from: string;
}

/** Somebody who had the old file open may still write into it: it is looked at once more after this, in ms. */
const SECOND_LOOK = 50;

/**
 * Puts one file back. An absent one is created by link-or-fail: whoever was first wins, and the caller observes again.
 * A replaced one has its old descriptor held, and bytes that arrive in it meanwhile go to the vault.
 *
 * @returns what was done, for a person
 */
export async function putFile(action: PutAction, context: ApplyContext, path: AbsolutePath): Promise<string> {
  const content = action.action === 'restore-file' ? restored(action, context) : written(context);
  const { observation } = context.pass;
  if (observation.configDirectory === 'absent') makeDirectory(context);
  const live = observation.files[action.target];
  if (action.action !== 'restore-file' || !action.replace) {
    const outcome = createFile(path, content.bytes, content.access);
    if (outcome === 'exists') {
      throw new Failure('file-appeared', 'another one appeared in this moment and was left alone', { target: path });
    }
    return content.from;
  }
  using replaced = replaceFile(path, content.bytes, content.access, live);
  await captureLateBytes(replaced, SECOND_LOOK, context);
  return content.from;
}

function restored(action: Action & { action: 'restore-file' }, context: ApplyContext): Content {
  const { source, target } = action;
  const { observation, keyring } = context.pass;
  switch (source.kind) {
    case 'memory': {
      const remembered = observation.memory.files[target];
      if (remembered?.kind !== 'regular') throw unavailable(target);
      return {
        bytes: remembered.content.reveal(),
        access: accessLike(target, remembered, context),
        from: 'as last seen',
      };
    }
    case 'generation': {
      const { vault } = observation;
      const generation = vault.kind === 'ready' ? vault.generations.find((each) => each.id === source.id) : undefined;
      const kept = generation === undefined ? null : keptFile(generation, target);
      if (kept?.content == null) throw unavailable(target);
      const access = restoredAccess(target, kept, observation.access);
      return { bytes: kept.content.reveal(), access, from: `from generation ${source.number}` };
    }
    case 'decoded': {
      const key = action.fingerprint === null ? undefined : keyring.keys.get(action.fingerprint);
      if (key === undefined) throw unavailable(target);
      return {
        bytes: key,
        access: accessLike(KEY_FILE, observation.files[KEY_FILE], context),
        from: 'decoded from the live bytes',
      };
    }
  }
}

function written(context: ApplyContext): Content {
  const { environmentDatabase } = context.settings;
  const { database, access } = context.pass.observation;
  if (environmentDatabase === null || database.kind !== 'answers') throw unavailable('config_db.php');
  const version = database.version ?? '';
  const text = formatConfigDb({ ...environmentDatabase, flags: newInstallFlags(version) }, version);
  const owner = { uid: access.uid, gid: access.gid, mode: access.newFileMode };
  return { bytes: Buffer.from(text), access: owner, from: 'from the database settings in the environment' };
}

function accessLike(name: GuardedFile, state: FileState, context: ApplyContext): Content['access'] {
  const found = state.kind === 'regular' ? state.access : null;
  return restoredAccess(name, found, context.pass.observation.access);
}

/** GLPI enters and writes it; nobody else needs to. */
const DIRECTORY_MODE = mode(0o750);

function makeDirectory({ settings, pass }: ApplyContext): void {
  const { uid, gid } = pass.observation.access;
  createDirectory(settings.configDir, { uid, gid, mode: DIRECTORY_MODE });
}

function unavailable(target: string): Failure {
  return new Failure('generation-unknown', 'what was to be put back cannot be read any more', {
    target,
    try: 'keykeeper history',
  });
}
