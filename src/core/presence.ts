/** A watch that looks at a config directory, as it last noted itself in the vault. */
export interface Presence {
  /** Name of the host, which in a container is the container's. */
  readonly host: string;
  /** The key file as this watch sees it: inode and change times, equal for everybody who sees the same file. */
  readonly file: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** A watch notes itself again after this, in ms. */
const NOTED_EVERY = 300_000;
/** One that has not noted itself for this long, in ms, is gone. */
const FRESH = 3 * NOTED_EVERY;
/** More watches than share any vault. */
const MOST = 64;

/**
 * What is to be noted of a watch; null where that stands there already. Who is long gone is left out.
 *
 * @param me as this watch sees itself now
 */
export function withPresence(noted: readonly Presence[], me: Presence): Presence[] | null {
  const before = noted.find((each) => each.host === me.host);
  if (before !== undefined && before.file === me.file && age(before, me.at) < NOTED_EVERY) return null;
  const others = noted.filter((each) => each.host !== me.host && age(each, me.at) < FRESH);
  return [...others, me].slice(-MOST);
}

/** The watches on other hosts that, not long ago, saw another key file than this one: replicas with a config of their own. */
export function withOtherConfig(noted: readonly Presence[], me: Presence): Presence[] {
  return noted.filter((each) => each.host !== me.host && each.file !== me.file && age(each, me.at) < FRESH);
}

/**
 * The watches that noted themselves not long ago.
 *
 * @param interval how often each looks, in ms
 */
export function presentNow(noted: readonly Presence[], now: string, interval: number): Presence[] {
  return noted.filter((each) => age(each, now) < Math.max(FRESH, 3 * interval));
}

/** In ms; a clock that runs ahead makes nobody gone. */
function age(presence: Presence, now: string): number {
  return Math.abs(Date.parse(now) - Date.parse(presence.at));
}
