import { type BigIntStats, lstatSync } from 'node:fs';
import type { Decoded } from '../generation-format.ts';
import type { VaultRecord } from '../vault.ts';

/** A file is read again after this, in ms, though it seems unchanged: bits rot without a change of its times. */
const FORGOTTEN_AFTER = 3_600_000;

/**
 * What files of a vault held when they were read last. A watch looks at its vault at each pass; reading, checking and
 * decrypting every file of it each time would be most of what the pass costs.
 */
export class FileMemory<T> {
  readonly #known = new Map<string, { readonly version: string; readonly at: number; readonly content: T }>();
  readonly #now: () => number;

  /** @param now monotonic, in ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** What this very version of the file held; undefined where it has to be read. */
  recall(path: string, version: string): T | undefined {
    const known = this.#known.get(path);
    return known?.version === version && this.#now() - known.at < FORGOTTEN_AFTER ? known.content : undefined;
  }

  /** `version` is of before the reading: of a file that was replaced meanwhile the next look sees another one. */
  remember(path: string, version: string, content: T): void {
    this.#known.set(path, { version, at: this.#now(), content });
  }

  /** Lets go of every file that is not among these. */
  keepOnly(paths: ReadonlySet<string>): void {
    for (const path of this.#known.keys()) if (!paths.has(path)) this.#known.delete(path);
  }
}

/** What one process knows of a vault, however often it opens it. */
export interface VaultMemory {
  readonly generations: FileMemory<Decoded>;
  readonly records: FileMemory<VaultRecord>;
}

export function vaultMemory(now: () => number = () => performance.now()): VaultMemory {
  return { generations: new FileMemory(now), records: new FileMemory(now) };
}

/** Tells one file from another under the same name; null where there is none. @throws the system's error */
export function versionOf(path: string): string | null {
  const status: BigIntStats | undefined = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (status === undefined) return null;
  return [status.dev, status.ino, status.size, status.mtimeNs, status.ctimeNs].join(' ');
}
