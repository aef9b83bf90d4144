/** One range of `/proc/self/uid_map` or `gid_map`, user_namespaces(7): `count` ids from `inside` are those from `outside`. */
export interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** Ids that no map holds show as this one: `/proc/sys/kernel/overflowuid`, 65534 unless changed. */
export const OVERFLOW_ID = 65_534;

export function parseIdMap(text: string): IdRange[] {
  return text.split('\n').flatMap((line) => {
    const [inside, outside, count] = line.trim().split(/\s+/).map(Number);
    return inside === undefined || outside === undefined || count === undefined ? [] : [{ inside, outside, count }];
  });
}

/** The host's number of an id of this user namespace; null where it has none. Without any range (no /proc) ids are the same. */
export function hostId(map: readonly IdRange[], id: number): number | null {
  if (map.length === 0) return id;
  const range = map.find(({ inside, count }) => id >= inside && id < inside + count);
  return range === undefined ? null : range.outside + (id - range.inside);
}

/** Whether ids are translated: rootless engines and userns-remap do that. */
export function isTranslated(map: readonly IdRange[]): boolean {
  return map.some(({ inside, outside }) => inside !== outside) || (map.length > 0 && hostId(map, OVERFLOW_ID) === null);
}
