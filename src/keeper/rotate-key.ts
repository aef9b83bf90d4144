import { join } from 'node:path';
import { absolutePath } from '../core/brand.ts';
import { Failure } from '../core/failure.ts';
import type { GenerationDraft } from '../core/generation.ts';
import { KEY_FILE } from '../core/guarded-set.ts';
import { keptFile } from '../core/history.ts';
import type { Action } from '../core/plan.ts';
import type { WantedRotation } from '../core/plan-rotation.ts';
import { PREPARED } from '../core/rotation.ts';
import { type PreparedReplacement, prepareReplacement, type ReplaceResult } from '../files/write-file.ts';
import type { Database } from '../glpi/database/database.ts';
import { KEY_BYTES } from '../glpi/security-key.ts';
import type { Vault } from '../vault/vault.ts';
import type { ApplyContext } from './apply.ts';
import { draftOf } from './build-draft.ts';
import { captureLateBytes } from './late-bytes.ts';
import { openChosen } from './open-chosen.ts';
import { type Moves, movesBack, movesTo } from './rotate-values.ts';
import { noteRotation, noteRotationEnd } from './rotation-record.ts';

type RotateAction = Action & { readonly action: 'rotate-key' };

/** Somebody who had the old file open may still write into it: it is looked at once more after this, in ms. */
const SECOND_LOOK = 50;

/** Rows that somebody wrote meanwhile are read again, this often, when all have to go back. */
const ATTEMPTS_BACK = 3;

/**
 * Puts a new key in the place of the live one and moves every sealed value to it: first whatever could fail with nothing
 * changed (the new file lies beside the old one, the vault holds the old state and the new key, the journal is written),
 * then all rows in one transaction, then the rename. A stop is heeded until the COMMIT is sent; from there to the rename
 * nothing is waited for.
 *
 * Killed, and what the next run finds:
 * - before the generations are written: the old file, the old rows. The temporary file is tidied away.
 * - with the new key in the vault, or the journal too: the same. Rows that open under the old key make it sound; the new
 *   key opens nothing, its generation carries no proof, and where there is nothing to test it is no candidate
 *   (`PREPARED`). The old key becomes the newest generation's again.
 * - in the transaction: InnoDB rolls back, as above. Where nobody knows whether the COMMIT came through, it is one of
 *   these two.
 * - after the COMMIT, before the rename: all rows under the new key, the old file. That is a `wrong` key like any: the
 *   new one opens the most and is restored from its generation, at the gate and by a watch; while the database does
 *   not answer, the old one stays. A Save in between is sealed under the old key and moved by the journal.
 * - after the rename: the new file, the new rows. The proof is carried over by the journal (`provenByRotation`), the
 *   next run captures it; values that come late under the old key are moved by the journal too.
 *
 * Where the file cannot be switched after the COMMIT, the rows go back to the bytes that they held.
 *
 * @returns what was done, for a person
 */
export async function rotateKey({ rotation }: RotateAction, context: ApplyContext): Promise<string> {
  const { pass, settings, judgement, vault, now, signal } = context;
  const { [KEY_FILE]: live } = pass.observation.files;
  if (vault === null || live.kind !== 'regular' || judgement.live !== rotation.from)
    throw new Failure('refused', 'a key is rotated only where it is live and the vault works', { target: KEY_FILE });
  const path = absolutePath(join(settings.configDir, KEY_FILE));
  using replacement = prepareReplacement(path, rotation.key.reveal(), live.access, live);
  const at = now().toISOString();
  await vault.add(draftOf(pass, judgement, settings.instance, 'before-rotate', at));
  await vault.add(preparedDraft(context, rotation, at));
  await mustBeKept(vault, rotation);
  // A connection that a stop would break in the middle of a COMMIT leaves nobody knowing what became of it.
  await using database = await openChosen({ ...context, signal: new AbortController().signal });
  const moves = await movesTo(database, context, rotation);
  await noteRotation(vault, { from: rotation.from, to: rotation.to, at, finishedAt: null });
  const moved = await database.rewriteValues(moves.changes, () => {
    mustGoOn(signal);
    replacement.check();
  });
  using replaced = await switchFile({ replacement, database, moves, context, rotation, vault });
  await captureLateBytes(replaced, SECOND_LOOK, context);
  return `${moved} ${moved === 1 ? 'value' : 'values'} moved to key ${rotation.to}`;
}

function preparedDraft({ pass, judgement, settings }: ApplyContext, { to, key }: WantedRotation, at: string) {
  const draft: GenerationDraft = draftOf(pass, judgement, settings.instance, PREPARED, at);
  const files = draft.files.map((each) => (each.name === KEY_FILE ? { ...each, size: KEY_BYTES, content: key } : each));
  return { ...draft, files, fingerprint: to, proof: null };
}

/** A lease that was lost is one of the things that another run mends; whoever stops the process is not. */
function mustGoOn(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const { reason } = signal;
  if (reason instanceof Error && reason.name === 'AbortError') throw reason;
  throw new Failure('lease-held', 'the lease of the vault was lost on the way, and nothing was changed', {
    target: 'vault',
    try: 'run it again when the machine has less to do',
    cause: reason,
  });
}

/** The next run has to be able to read the new key: written is not enough where nothing decrypts it here. */
async function mustBeKept(vault: Vault, { to, key }: WantedRotation): Promise<void> {
  const { generations } = await vault.list();
  const kept = generations.some((each) => {
    return each.fingerprint === to && keptFile(each, KEY_FILE)?.content?.reveal().equals(key.reveal()) === true;
  });
  if (kept) return;
  throw new Failure('vault-identity-missing', 'the new key is in the vault, but cannot be read from it again', {
    target: 'vault',
    expected: 'an age identity that opens what the vault encrypts',
    try: 'set KEYKEEPER_AGE_IDENTITY_FILE to the file with the AGE-SECRET-KEY',
  });
}

interface Switch {
  readonly replacement: PreparedReplacement;
  readonly database: Database;
  readonly moves: Moves;
  readonly context: ApplyContext;
  readonly rotation: WantedRotation;
  readonly vault: Vault;
}

async function switchFile({ replacement, ...rest }: Switch): Promise<ReplaceResult> {
  try {
    return replacement.commit();
  } catch (error) {
    await putRowsBack(rest, error);
    throw error;
  }
}

async function putRowsBack(
  { database, moves, context, rotation, vault }: Omit<Switch, 'replacement'>,
  cause: unknown,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await database.rewriteValues(await movesBack(database, context, moves, rotation.to));
      return await noteRotationEnd(vault, rotation.to, context.now().toISOString());
    } catch (error) {
      if (error instanceof Failure && error.code === 'rows-changed' && attempt < ATTEMPTS_BACK) continue;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Failure('file-write-failed', `the rows stand under the new key, and its file is not in place: ${why}`, {
        target: KEY_FILE,
        expected: `the key ${rotation.to}, which the vault holds`,
        try: 'keykeeper init puts it in place; stop GLPI until then',
        cause: error,
      });
    }
  }
}
