import type { Chronicle, VerdictEntry } from './chronicle.ts';
import type { Verdict } from './verdict.ts';

/** Under these GLPI has a key that opens values. */
const USABLE: ReadonlySet<Verdict> = new Set(['sound', 'damaged', 'mixed', 'unproven']);

/** Whether GLPI can open its values under this verdict, as far as anybody knows. */
export function isUsable(verdict: Verdict): boolean {
  return USABLE.has(verdict);
}

/** When the last time ended in which GLPI had no usable key; null where there was none, or where it still is. RFC 3339. */
export function usableSince(chronicle: Chronicle): string | null {
  let since: string | null = null;
  let before: VerdictEntry | null = null;
  for (const entry of chronicle) {
    if (!isUsable(entry.verdict)) since = null;
    else if (before !== null && !isUsable(before.verdict)) since = entry.at;
    before = entry;
  }
  return since;
}
