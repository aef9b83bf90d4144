import type { GenerationDraft } from '../core/generation.ts';
import { type FileState, type GuardedFile, KEY_FILE } from '../core/guarded-set.ts';
import { newestFirst } from '../core/history.ts';
import { Secret } from '../core/secret.ts';
import type { ReplaceResult } from '../files/write-file.ts';
import { inspectKey } from '../glpi/security-key.ts';
import type { ApplyContext } from './apply.ts';
import { pause } from './pause.ts';

/**
 * Keeps what somebody wrote into the old file in the very moment of its replacement: found at once, or `wait` ms later
 * through the descriptor that was held. Such bytes go to the vault; the next reconcile judges them with the rest. Told to
 * stop, or without its lease, it looks at once: nobody else can.
 *
 * @throws the reason of `context.signal` once that is aborted; what was found is in the vault then
 */
export async function captureLateBytes(
  replaced: ReplaceResult,
  wait: number,
  context: ApplyContext,
  name: GuardedFile = KEY_FILE,
): Promise<void> {
  let late = replaced.late;
  if (late === null) {
    await pause(wait, context.signal).catch(() => undefined);
    late = replaced.recheck();
  }
  if (late !== null && context.vault !== null) await context.vault.add(draftOfLate(late, name, context));
  context.signal.throwIfAborted();
}

function draftOfLate(late: Buffer, name: GuardedFile, context: ApplyContext): GenerationDraft {
  const state = name === KEY_FILE ? inspectKey(late) : null;
  const { observation } = context.pass;
  const newest = newestFirst(observation.vault)[0] ?? null;
  const access = accessOf(observation.files[name]);
  return {
    instance: context.settings.instance,
    reason: 'late-write',
    fingerprint: state?.kind === 'well-formed' ? state.fingerprint : null,
    proof: null,
    database: null,
    glpiVersion: newest?.glpiVersion ?? null,
    files: [{ name, ...access, size: late.length, content: new Secret(late) }],
    removed: [],
    registration: { kind: 'unknown' },
    accepted: newest?.accepted ?? [],
    verdict: context.judgement.verdict,
    escrow: 'inherit',
  };
}

function accessOf(state: FileState) {
  if (state.kind !== 'regular') throw new TypeError('only a regular file is ever replaced');
  const { uid, gid, mode } = state.access;
  return { uid, gid, mode };
}
