/**
 * The name that a misspelt one was most likely meant to be, or null when none is near: at most two edits or a third of
 * its length away, or a name that it begins or that begins it.
 *
 * @param names in order of preference: of equally near ones the first wins
 */
export function nearestName(written: string, names: Iterable<string>): string | null {
  const wanted = normalized(written);
  let nearest: string | null = null;
  let shortest = [Number.POSITIVE_INFINITY];
  for (const name of names) {
    const candidate = normalized(name);
    const edits = editDistance(wanted, candidate);
    const distance = isMostOf(wanted, candidate) ? 1 : edits;
    // Letters are lost more often than they are added.
    const ranks = [distance, edits, candidate.length > wanted.length ? 0 : 1];
    if (!isLess(ranks, shortest) || !isNear(wanted, candidate, distance)) continue;
    shortest = ranks;
    nearest = name;
  }
  return nearest;
}

/** Compares by the first number that differs. */
function isLess(one: readonly number[], other: readonly number[]): boolean {
  const index = one.findIndex((rank, place) => rank !== (other[place] ?? 0));
  return index >= 0 && (one[index] ?? 0) < (other[index] ?? 0);
}

/**
 * Optimal string alignment distance: insertions, deletions, substitutions and swaps of two neighbours that turn one
 * text into the other, each place edited once (R. Wagner and M. Fischer 1974, extended by swaps).
 */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const replaced = at(last, column - 1) + (same ? 0 : 1);
      const shorter = Math.min(at(last, column) + 1, at(current, column - 1) + 1);
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swap = swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(replaced, shorter, swap));
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

/** Case and the marks between words are the commonest mistakes and never tell two names apart. */
function normalized(name: string): string {
  return name.toLowerCase().replace(/[-_. ]/g, '');
}

/** A name cut short says more than one that merely looks alike: databasePass is not databaseWait. */
function isMostOf(wanted: string, candidate: string): boolean {
  return wanted.length < candidate.length && candidate.startsWith(wanted) && wanted.length * 3 >= candidate.length * 2;
}

function isNear(wanted: string, candidate: string, distance: number): boolean {
  if (wanted.length >= 3 && (candidate.startsWith(wanted) || wanted.startsWith(candidate))) return true;
  return distance <= Math.max(2, Math.floor(wanted.length / 3)) && distance < Math.min(wanted.length, candidate.length);
}
