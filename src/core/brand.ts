/**
 * Types for values that are dangerous to mix up. A brand exists at compile time only; each has one function that makes
 * it, so that an unchecked string or number cannot slip in.
 */
declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A path that starts with `/`. */
export type AbsolutePath = Brand<string, 'AbsolutePath'>;
/** A numeric user id. */
export type Uid = Brand<number, 'Uid'>;
/** A numeric group id. */
export type Gid = Brand<number, 'Gid'>;
/** Permission bits of a file, 0 to 0o7777, without the type bits. */
export type Mode = Brand<number, 'Mode'>;
/** The first 16 hex digits of a domain-separated SHA-256 over key bytes: safe to log. */
export type Fingerprint = Brand<string, 'Fingerprint'>;
/** A SHA-256 in lower-case hex, 64 characters. */
export type Sha256 = Brand<string, 'Sha256'>;

/** @throws RangeError when `path` does not start with `/`. */
export function absolutePath(path: string): AbsolutePath {
  if (!path.startsWith('/')) throw new RangeError(`expected an absolute path, got "${path}"`);
  return path as AbsolutePath;
}

/** @throws RangeError when `id` is not an integer from 0 to 2^32 - 2. */
export function uid(id: number): Uid {
  return checkedId(id, 'uid') as Uid;
}

/** @throws RangeError when `id` is not an integer from 0 to 2^32 - 2. */
export function gid(id: number): Gid {
  return checkedId(id, 'gid') as Gid;
}

/** Keeps the permission bits of `bits` (a `stat` mode may be passed whole). */
export function mode(bits: number): Mode {
  return (bits & 0o7777) as Mode;
}

/** @throws RangeError when `text` is not 16 lower-case hex digits. */
export function fingerprint(text: string): Fingerprint {
  if (!/^[0-9a-f]{16}$/.test(text)) throw new RangeError('expected a fingerprint of 16 lower-case hex digits');
  return text as Fingerprint;
}

/** @throws RangeError when `text` is not 64 lower-case hex digits. */
export function sha256(text: string): Sha256 {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new RangeError('expected a SHA-256 of 64 lower-case hex digits');
  return text as Sha256;
}

function checkedId(id: number, what: string): number {
  // 2^32 - 1 means "leave unchanged" to chown(2), so it is not an id.
  if (!Number.isInteger(id) || id < 0 || id > 0xfffffffe) throw new RangeError(`expected a ${what}, got ${id}`);
  return id;
}
