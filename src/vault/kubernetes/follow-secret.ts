import { createHash } from 'node:crypto';
import { FOLLOW_TIMINGS, type FollowTimings, followObject } from '../../kubernetes/follow-object.ts';
import { entryOf } from './entry-name.ts';
import type { SecretSession } from './secret-session.ts';
import { type SecretState, stateOf } from './secret-store.ts';

/**
 * Calls `onChange` whenever another keeper or a person changed the generations of the vault, deleted the Secret or made it
 * immutable, and when the API server is back after a silence. What this process wrote itself is none of it, nor are the
 * records, which every keeper writes now and then. Runs until `signal` is aborted; never rejects.
 */
export async function followSecret(
  session: SecretSession,
  onChange: () => void,
  signal: AbortSignal,
  timings: FollowTimings = FOLLOW_TIMINGS,
): Promise<void> {
  let troubled = false;
  let told: string | null = null;
  const follower = {
    onObject(object: unknown) {
      const now = describe(object === null ? null : stateOf(object, session.secret, 'watch'));
      const known = describe(session.seen);
      if (now !== told && now !== known) onChange();
      told = now;
    },
    onTrouble(failure: unknown) {
      if (failure === null && troubled) onChange();
      troubled = failure !== null;
    },
  };
  await followObject(session.client, session.secret, follower, signal, timings);
}

/** Equal texts, nothing to look at. */
function describe(state: SecretState | null): string {
  if (state === null) return 'none';
  const digest = createHash('sha256').update(`${state.uid} ${state.immutable}`);
  for (const [name, bytes] of [...state.data].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (entryOf(name).kind === 'generation') digest.update(`\n${name} `).update(bytes);
  }
  return digest.digest('hex');
}
