/** What a shape gives for a value that has not got it: which member it failed at, `files.0.mode` for one; '' for itself. */
export class Mismatch {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

const MISMATCH = new Mismatch('');

/**
 * Reads a value of unknown origin, as `JSON.parse` gives it. The files of the vault are read by shapes, for `init` reads
 * them before GLPI starts: made by a library for schemas, those few take longer than Node's own start, and 8 MiB.
 */
export type Shape<T> = (value: unknown) => T | Mismatch;

/** What a shape reads. */
export type Shaped<S> = S extends (value: unknown) => infer R ? Exclude<R, Mismatch> : never;

type Members = Readonly<Record<string, Shape<unknown>>>;
type MayBeAbsent<M extends Members> = { [K in keyof M]: undefined extends Shaped<M[K]> ? K : never }[keyof M];
type ObjectOf<M extends Members> = { [K in Exclude<keyof M, MayBeAbsent<M>>]: Shaped<M[K]> } & {
  [K in MayBeAbsent<M>]?: Shaped<M[K]>;
};

/** A time as Keykeeper writes it: RFC 3339, UTC, a day that the calendar has. */
const TIME = /^\d{4}-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?Z$/;

export interface TextLimits {
  readonly pattern?: RegExp;
  /** UTF-16 units. */
  readonly least?: number;
  readonly most?: number;
}

/** A string. */
export function text({ pattern, least = 0, most = Number.POSITIVE_INFINITY }: TextLimits = {}): Shape<string> {
  return (value) =>
    typeof value === 'string' && value.length >= least && value.length <= most && pattern?.test(value) !== false
      ? value
      : MISMATCH;
}

/** A time in RFC 3339, UTC. */
export function time(): Shape<string> {
  return (value) => (typeof value === 'string' && isTime(value) ? value : MISMATCH);
}

/** A whole number that JavaScript holds exactly. */
export function integer(
  least: number = Number.MIN_SAFE_INTEGER,
  most: number = Number.MAX_SAFE_INTEGER,
): Shape<number> {
  return (value) =>
    Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most ? Number(value) : MISMATCH;
}

/** A finite number. */
export function number(): Shape<number> {
  return (value) => (typeof value === 'number' && Number.isFinite(value) ? value : MISMATCH);
}

export function boolean(): Shape<boolean> {
  return (value) => (typeof value === 'boolean' ? value : MISMATCH);
}

/** One of these very values. */
export function oneOf<const V extends string | number | boolean>(...values: readonly V[]): Shape<V> {
  return (value) => values.find((each) => each === value) ?? MISMATCH;
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? null : shape(value));
}

/** A member that may be absent. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value) => (value === undefined ? undefined : shape(value));
}

export function list<T>(shape: Shape<T>, most: number = Number.POSITIVE_INFINITY): Shape<T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > most) return MISMATCH;
    const found: T[] = [];
    for (const [index, each] of value.entries()) {
      const one = shape(each);
      if (one instanceof Mismatch) return within(String(index), one);
      found.push(one);
    }
    return found;
  };
}

/** An object with these members, and no other: what is not listed is left behind. */
export function object<const M extends Members>(members: M): Shape<ObjectOf<M>> {
  return (value) => read(value, members, {});
}

/** An object with these members; what is not listed stays as it is. */
export function looseObject<const M extends Members>(members: M): Shape<ObjectOf<M>> {
  return (value) => read(value, members, isObject(value) ? { ...value } : {});
}

/** An object of any members, all of one shape. */
export function dictionary<T>(shape: Shape<T>): Shape<Record<string, T>> {
  return (value) => {
    if (!isObject(value)) return MISMATCH;
    const entries: [string, T][] = [];
    for (const [name, each] of Object.entries(value)) {
      const one = shape(each);
      if (one instanceof Mismatch) return within(name, one);
      entries.push([name, one]);
    }
    // Not by assignment: a member may be called `__proto__`.
    return Object.fromEntries(entries);
  };
}

/** The first of these that it has. */
export function either<const S extends readonly Shape<unknown>[]>(...shapes: S): Shape<Shaped<S[number]>> {
  return (value) => {
    for (const shape of shapes) {
      const found = shape(value);
      if (!(found instanceof Mismatch)) return found as Shaped<S[number]>;
    }
    return MISMATCH;
  };
}

function read<M extends Members>(value: unknown, members: M, into: Record<string, unknown>): ObjectOf<M> | Mismatch {
  if (!isObject(value)) return MISMATCH;
  for (const [name, shape] of Object.entries(members)) {
    const found = shape(Object.hasOwn(value, name) ? value[name] : undefined);
    if (found instanceof Mismatch) return within(name, found);
    if (found !== undefined) into[name] = found;
  }
  // Every listed member was read by its own shape.
  return into as ObjectOf<M>;
}

function within(member: string, { path }: Mismatch): Mismatch {
  return new Mismatch(path === '' ? member : `${member}.${path}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTime(value: string): boolean {
  const [, month, day] = TIME.exec(value) ?? [];
  // `Date` takes the 31st of a shorter month for a day of the next one.
  const date = new Date(value);
  return month !== undefined && date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
}
