import type { Fingerprint } from './brand.ts';
import type { Verdict } from './verdict.ts';

/** A verdict from the moment it was first said. */
export interface VerdictEntry {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly verdict: Verdict;
  /** Of the live key at that time; null where there was no well-formed one. */
  readonly fingerprint: Fingerprint | null;
  /** Said of a directory whose GLPI did not run yet: no GLPI worked under this. */
  readonly gate?: true | undefined;
}

/** How the verdict changed over time: oldest first, one entry a change, at most {@link MOST_ENTRIES}. */
export type Chronicle = readonly VerdictEntry[];

/** A watch beside a healthy GLPI writes a handful a year; a fight over a file must not grow without bound. */
const MOST_ENTRIES = 200;

/** For this long after a bad time, in ms, a form that was rendered in it may still be saved. */
const AFTERMATH = 24 * 3_600_000;

/** The verdicts that no accident stands behind: a key that is right, or one that nothing was ever sealed with. */
const QUIET: ReadonlySet<Verdict> = new Set(['sound', 'unproven']);

/** The chronicle with one more verdict; the same one where nothing changed. */
export function extendChronicle(chronicle: Chronicle, entry: VerdictEntry): Chronicle {
  const last = chronicle.at(-1);
  if (last !== undefined && saysTheSame(last, entry)) return chronicle;
  return [...chronicle, entry].slice(-MOST_ENTRIES);
}

function saysTheSame(one: VerdictEntry, other: VerdictEntry): boolean {
  return one.verdict === other.verdict && one.fingerprint === other.fingerprint && one.gate === other.gate;
}

/**
 * Whether a value that is empty now may have been emptied by an accident: the verdict is one that GLPI destroys values
 * under, or was until less than 24 hours ago (a form rendered under a bad key and saved later).
 *
 * @param now RFC 3339, UTC
 */
export function troubled(chronicle: Chronicle, now: string): boolean {
  const last = chronicle.at(-1);
  if (last === undefined) return false;
  if (!QUIET.has(last.verdict)) return true;
  const ended = endOfLastTrouble(chronicle);
  return ended !== null && Date.parse(now) - Date.parse(ended) < AFTERMATH;
}

/** When the last bad time began; null where there was none. RFC 3339, UTC. */
export function troubleSince(chronicle: Chronicle): string | null {
  const last = chronicle.findLastIndex((each) => !QUIET.has(each.verdict));
  if (last < 0) return null;
  let first = last;
  while (first > 0 && !QUIET.has(chronicle[first - 1]?.verdict ?? 'sound')) first -= 1;
  return chronicle[first]?.at ?? null;
}

/** When the last bad time was over: the entry that followed it. Null where there was none, or where it still is. */
function endOfLastTrouble(chronicle: Chronicle): string | null {
  for (let index = chronicle.length - 1; index > 0; index -= 1) {
    const before = chronicle[index - 1];
    if (before !== undefined && !QUIET.has(before.verdict)) return chronicle[index]?.at ?? null;
  }
  return null;
}
