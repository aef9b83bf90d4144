import type { Random } from '../simulation/machine/random.ts';
import { CLIENT_PHASES } from './phases/clients.ts';
import { DATABASE_PHASES } from './phases/database.ts';
import { FILE_PHASES } from './phases/files.ts';
import { KEY_PHASES } from './phases/keys.ts';
import type { Phase } from './phases/phase.ts';

const PHASES: readonly Phase[] = [...FILE_PHASES, ...KEY_PHASES, ...DATABASE_PHASES, ...CLIENT_PHASES];

/** Deals phases at random, without an end; each comes as often as its share, and none waits longer than two decks. */
export function* dealPhases(random: Random, hasDatabase: boolean): Generator<Phase, never> {
  const all = PHASES.filter(({ needsDatabase }) => hasDatabase || !needsDatabase);
  while (true) {
    const deck = all.flatMap((phase) => Array.from({ length: phase.share }, () => phase));
    while (deck.length > 0) yield* deck.splice(random.below(deck.length), 1);
  }
}
