import type { AbsolutePath } from '../core/brand.ts';
import type { Secret } from '../core/secret.ts';
import { removeFound, type SearchLimits } from '../files/remove-found.ts';
import { answerNames } from '../glpi/cache/answer-names.ts';
import { cacheLayout, cachesElsewhere } from '../glpi/cache/cache-layout.ts';

export interface CachedAnswerRequest {
  /** GLPI's var directory as this process sees it. */
  readonly varDir: AbsolutePath;
  /** Content of GLPI's `cache.php`; null where there is none. */
  readonly cacheConfig: string | null;
  /** GLPI's. */
  readonly version: string;
  /** The registration keys whose answers are to go, in clear. */
  readonly keys: readonly Secret<string>[];
  readonly signal: AbortSignal;
  readonly limits?: SearchLimits;
}

export type CachedAnswerRemoval =
  /** GLPI knows no answer any more; `removed` files held one. */
  | { readonly kind: 'gone'; readonly removed: number }
  /** It may still know one; the reason is a part of a sentence. */
  | { readonly kind: 'unsure'; readonly reason: string };

/** A core cache of 100,000 files is read in a few seconds. */
const LIMITS: SearchLimits = { names: 1_000_000, time: 60_000 };

/** Removes from GLPI's file cache what GLPI Network said of these keys, in whatever language, and nothing else. */
export async function removeCachedAnswer(request: CachedAnswerRequest): Promise<CachedAnswerRemoval> {
  const { varDir, cacheConfig, version, keys, signal, limits = LIMITS } = request;
  if (cachesElsewhere(cacheConfig)) return unsure('cache.php keeps the cache somewhere else than in files');
  const removal = await removeFound(varDir, cacheLayout(version, answerNames(keys)), limits, signal);
  if (removal.trouble !== null)
    return unsure(`files in the cache below ${varDir} cannot be removed (${removal.trouble})`);
  if (!removal.reached) return unsure(`there is no cache of GLPI ${version} below ${varDir}`);
  if (!removal.complete) return unsure(`the cache below ${varDir} is too large to look through`);
  return { kind: 'gone', removed: removal.removed };
}

function unsure(reason: string): CachedAnswerRemoval {
  return { kind: 'unsure', reason };
}
