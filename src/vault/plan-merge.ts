/** A generation by what tells it from others, and where it stands. */
export interface Placed {
  /** Content and time: the same in two vaults that share a past. */
  readonly key: string;
  /** In ms since 1970. */
  readonly createdAt: number;
  readonly number: number;
}

/** One generation that gets a number. `from`: its number in the vault that it comes from. */
export interface Placement {
  readonly source: 'incoming' | 'own';
  readonly from: number;
  readonly to: number;
}

export interface MergePlan {
  /** The highest number first: what is newest is in place before anything else, and is never anything older. */
  readonly placements: readonly Placement[];
  /** Numbers of own generations that stand under another number once all that is placed; removed last. */
  readonly obsolete: readonly number[];
}

interface Item {
  readonly source: 'incoming' | 'own';
  readonly at: Placed;
}

/**
 * Decides the numbers of generations that come into a vault. The order of both vaults is kept; where they interleave,
 * time decides. A generation keeps its number where that is free and in order, else it gets another free one in order;
 * where there is none, all from there on get new numbers above those in use.
 *
 * A plan that was carried out in part gives, made anew, the rest of it: an own generation that is there twice stands for
 * one that was moved.
 *
 * @param own oldest first
 * @param incoming oldest first
 * @param taken every number in use, those of damaged files among them
 */
export function planMerge(own: readonly Placed[], incoming: readonly Placed[], taken: ReadonlySet<number>): MergePlan {
  const { kept, twice } = withoutRepetition(own);
  const known = new Set(kept.map(({ key }) => key));
  const fresh = withoutRepetition(incoming).kept.filter(({ key }) => !known.has(key));
  const items = interleave(kept, fresh);
  const placements: Placement[] = [];
  let last = 0;
  let next = Math.max(0, ...taken, ...fresh.map(({ number }) => number)) + 1;
  let moving = false;
  for (const [index, { source, at }] of items.entries()) {
    const above = items.slice(index + 1).find((each) => each.source === 'own')?.at.number ?? null;
    if (source === 'own' && !moving) {
      last = at.number;
      continue;
    }
    const needed = items.slice(index).findIndex((each) => each.source === 'own');
    const room: number | null = moving ? null : freeNumber(at.number, last, above, taken, needed);
    moving ||= room === null;
    last = room ?? next;
    if (room === null) next += 1;
    placements.push({ source, from: at.number, to: last });
  }
  const moved = placements.filter((each) => each.source === 'own').map(({ from }) => from);
  return { placements: placements.reverse(), obsolete: [...twice, ...moved].sort((a, b) => a - b) };
}

/** Of generations that are there twice, only the last counts. */
function withoutRepetition(all: readonly Placed[]): { kept: Placed[]; twice: number[] } {
  const last = new Map(all.map((each) => [each.key, each.number]));
  const kept = all.filter(({ key, number }) => last.get(key) === number);
  return { kept, twice: all.filter((each) => !kept.includes(each)).map(({ number }) => number) };
}

function interleave(own: readonly Placed[], incoming: readonly Placed[]): Item[] {
  const items: Item[] = [];
  let index = 0;
  for (const at of own) {
    for (let next = incoming[index]; next !== undefined && next.createdAt <= at.createdAt; next = incoming[index]) {
      items.push({ source: 'incoming', at: next });
      index += 1;
    }
    items.push({ source: 'own', at });
  }
  return [...items, ...incoming.slice(index).map((at): Item => ({ source: 'incoming', at }))];
}

/**
 * A free number above `last` and below `above` that leaves room for `needed` ones in all; the wanted one if it can be.
 * Null where there is none. `above` is null, and `needed` negative, where nothing of our own comes after.
 */
function freeNumber(
  wanted: number,
  last: number,
  above: number | null,
  taken: ReadonlySet<number>,
  needed: number,
): number | null {
  const isFree = (number: number) => number > last && !taken.has(number);
  if (above === null) {
    if (isFree(wanted)) return wanted;
    let number = last + 1;
    while (taken.has(number)) number += 1;
    return number;
  }
  const free: number[] = [];
  for (let number = above - 1; number > last && free.length < needed; number -= 1) {
    if (!taken.has(number)) free.push(number);
  }
  const lowest = free.at(-1);
  if (free.length < needed || lowest === undefined) return null;
  return isFree(wanted) && wanted <= lowest ? wanted : lowest;
}
