import { Failure } from '../../core/failure.ts';

/** What `GET /version` says of the API. Engines before 1.25 do not name a minimum. */
export interface ApiRange {
  readonly ApiVersion?: string | undefined;
  readonly MinAPIVersion?: string | undefined;
}

/** The version whose answers this code was written for; what it reads has been the same from 1.24 on. */
const PREFERRED = '1.44';
/** Events with `health_status`, and labels in them, came with Engine 1.12. */
const OLDEST = '1.24';

/**
 * The API version to speak, as a path segment without the slash (`v1.41`): the preferred one, or the nearest that the
 * engine offers. Old engines offer at most 1.41, new ones demand at least 1.44. Null where the engine does not say:
 * paths without a version then mean its own newest.
 * @throws Failure 'platform-unreachable' when the engine is older than anything this code can read.
 */
export function chooseApiVersion(range: ApiRange): string | null {
  const { ApiVersion: newest, MinAPIVersion: oldest } = range;
  if (newest === undefined || !isVersion(newest)) return null;
  if (compare(newest, OLDEST) < 0) {
    throw new Failure('platform-unreachable', `the engine speaks API ${newest} at most`, {
      expected: `API ${OLDEST} or newer`,
      try: 'update Docker Engine, or set KEYKEEPER_PLATFORM=none',
    });
  }
  if (compare(newest, PREFERRED) < 0) return `v${newest}`;
  if (oldest !== undefined && isVersion(oldest) && compare(oldest, PREFERRED) > 0) return `v${oldest}`;
  return `v${PREFERRED}`;
}

function isVersion(text: string): boolean {
  return /^\d+\.\d+$/.test(text);
}

function compare(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}
