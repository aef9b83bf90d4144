import type { Generation } from '../core/generation.ts';
import type { FileState } from '../core/guarded-set.ts';
import { keptFile } from '../core/history.ts';
import { LEGACY_CONSTANT } from '../glpi/legacy.ts';

/** More contents of `glpi.key` than any instance had; each is tried on every garbled value. */
const MOST_LEGACY_KEYS = 8;

/**
 * The keys with which GLPI before 9.5 read its secrets, the likeliest first. GLPI takes the file where there is one, the
 * constant otherwise; the file may have come or gone since, so those that the vault holds are tried too.
 */
export function legacyKeysOf(live: FileState, generations: readonly Generation[]): Buffer[] {
  const found = generations.flatMap((each) => keptFile(each, 'glpi.key')?.content?.reveal() ?? []);
  const all = live.kind === 'regular' ? [live.content.reveal(), ...found] : found;
  const distinct = new Map(all.filter((each) => each.length > 0).map((each) => [each.toString('latin1'), each]));
  return [...[...distinct.values()].slice(0, MOST_LEGACY_KEYS), LEGACY_CONSTANT];
}
