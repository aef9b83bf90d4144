import { gid, uid } from '../core/brand.ts';
import { InvalidValue } from './invalid-value.ts';
import type { OwnerSetting } from './settings.ts';

const EXPECTED = 'auto, or numeric ids as uid:gid, for example 33:33';

/** @throws InvalidValue when `text` is neither `auto` nor two ids. */
export function parseOwner(text: string): OwnerSetting {
  if (text === 'auto') return { kind: 'auto' };
  if (/^\d+$/.test(text)) throw new InvalidValue('has no group', EXPECTED, `${text}:${text}`);
  const match = /^(\d{1,10}):(\d{1,10})$/.exec(text);
  if (match === null) throw new InvalidValue('is not a pair of numeric ids', EXPECTED);
  try {
    return { kind: 'fixed', uid: uid(Number(match[1])), gid: gid(Number(match[2])) };
  } catch {
    throw new InvalidValue('has an id that no user or group can have', EXPECTED);
  }
}
