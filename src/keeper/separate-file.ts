import { type AbsolutePath, mode } from '../core/brand.ts';
import { Failure } from '../core/failure.ts';
import type { Action } from '../core/plan.ts';
import { replaceFile } from '../files/write-file.ts';
import type { ApplyContext } from './apply.ts';
import { captureLateBytes } from './late-bytes.ts';

/** Somebody who had the old file open may still write into it: it is looked at once more after this, in ms. */
const SECOND_LOOK = 50;

/**
 * Gives a file that another name shares (a snapshot made of hard links) owner and mode by taking its place: a copy of
 * what was read and judged is renamed over the name, and the other name keeps content, owner and mode.
 *
 * Killed before the rename: nothing changed, and a temporary file for the next run to tidy. After it: done. Where
 * something else has taken the name meanwhile, it is left alone (Failure 'file-changed') and judged anew.
 *
 * @returns what was done, for a person
 */
export async function separateFile(
  { target, wanted }: Action & { readonly action: 'separate-file' },
  context: ApplyContext,
  path: AbsolutePath,
): Promise<string> {
  const live = context.pass.observation.files[target];
  if (live.kind !== 'regular') throw new Failure('file-changed', 'it cannot be read any more', { target: path });
  const { access, content } = live;
  const given = {
    uid: wanted.uid ?? access.uid,
    gid: wanted.gid ?? access.gid,
    mode: mode((wanted.mode ?? access.mode) & 0o777),
  };
  using replaced = replaceFile(path, content.reveal(), given, live);
  await captureLateBytes(replaced, SECOND_LOOK, context, target);
  return `a copy of its own, for ${access.links} names shared it`;
}
