import { majorOf } from '../network/glpi-version.ts';
import type { AnswerNames } from './answer-names.ts';
import { ITEM_HEAD_BYTES, itemNameOf } from './item-name.ts';

/** Where below the var directory the files with the cached answers lie, and how they are told. */
export interface CacheLayout {
  /** For each directory on the way down, whether its name fits. */
  readonly directories: readonly ((name: string) => boolean)[];
  /** How many of these are there in every GLPI that keeps its cache so; no number of them where only the file tells. */
  readonly landmark: number;
  /** Whether a file in the last of them may be one. */
  readonly file: (name: string) => boolean;
  /** How many bytes of it must be read to tell. */
  readonly headBytes: number;
  readonly isWanted: (head: Buffer) => boolean;
}

/** A footprint is some 120 bytes, and a busy GLPI keeps a few hundred. */
const FOOTPRINT_BYTES = 1024 * 1024;

/** The core cache, with the prefix that `cache.php` may give it (Glpi\Cache\CacheManager, 10.0 and 11.0). */
const core = (name: string): boolean => name === 'core' || /^[\w.+-]{1,64}-core$/.test(name);
const cache = (name: string): boolean => name === '_cache';
/** `11.0.6-<CRC-32C of the files>-production` (Kernel::getCacheRootDir, 11.0). */
const release = (name: string): boolean => /^\d+\.\d+\.[\w.+-]{1,80}-[a-z]\w*$/.test(name);
/** Symfony spreads its files over two levels, each named by one letter of their digest. */
const letter = (name: string): boolean => /^[A-Z0-9+-]$/.test(name);

/**
 * The layout of a GLPI version.
 *
 * In 10 and 11 each item is a file. In 9.5 the items are in the memory of PHP's web server (APCu) where no file reaches
 * them, but each counts only while its footprint stands in one file beside (SimpleCache::get, 9.5), which is made anew when
 * it is absent (checkFootprintFileIntegrity): without it GLPI takes every item for outdated, as after its own
 * `system:clear_cache`. That file is the one that is wanted, if it names an answer.
 */
export function cacheLayout(version: string, names: AnswerNames): CacheLayout {
  if (majorOf(version) < 10) {
    return {
      directories: [cache],
      landmark: Number.POSITIVE_INFINITY,
      file: (name) => /^glpi_cache_db_[\w.-]{1,64}\.json$/.test(name),
      headBytes: FOOTPRINT_BYTES,
      isWanted: (head) => names.areIn(head.toString('latin1')),
    };
  }
  const way = majorOf(version) < 11 ? [cache, core] : [cache, release, core];
  return {
    directories: [...way, letter, letter],
    landmark: 1,
    file: (name) => /^[A-Za-z0-9+=-]{1,64}$/.test(name),
    headBytes: ITEM_HEAD_BYTES,
    isWanted: (head) => names.has(itemNameOf(head) ?? ''),
  };
}

/**
 * Whether `cache.php` keeps the core cache somewhere else than in files (Redis, Memcached; 10.0 and 11.0).
 *
 * @param cacheConfig content of `cache.php` in the config directory; null where there is none
 */
export function cachesElsewhere(cacheConfig: string | null): boolean {
  return cacheConfig !== null && /['"]core['"]\s*=>/.test(cacheConfig);
}
