import type { Random } from '../simulation/machine/random.ts';
import { CLIENT_PHASES } from './phases/clients.ts';
import { DATABASE_PHASES } from './phases/database.ts';
import { FILE_PHASES } from './phases/files.ts';
import { KEY_PHASES } from './phases/keys.ts';
import type { Phase } from './phases/phase.ts';

const PHASES: readonly Phase[] = [...FILE_PHASES, ...KEY_PHASES, ...DATABASE_PHASES, ...CLIENT_PHASES];

/** Deals phases (those of `only`, where it is given) at random, without an end; each comes as often as its share, and none waits longer than two decks. */
export function* dealPhases(random: Random, hasDatabase: boolean, only?: readonly string[]): Generator<Phase, never> {
  const all = PHASES.filter(
    ({ name, needsDatabase }) => (hasDatabase || !needsDatabase) && only?.includes(name) !== false,
  );
  while (true) {
    const deck = all.flatMap((phase) => Array.from({ length: phase.share }, () => phase));
    while (deck.length > 0) yield* deck.splice(random.below(deck.length), 1);
  }
}
