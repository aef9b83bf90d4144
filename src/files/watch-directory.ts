import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AbsolutePath } from '../core/brand.ts';
import { systemCode } from '../core/failure.ts';
import { type DirectorySubscription, subscribeDirectory } from './directory-events.ts';
import { hasMountedName, NameSignatures } from './name-signatures.ts';

export interface WatchOptions {
  /** False: no events are asked for, only looks (a file system without inotify, a network volume). Default true. */
  readonly events?: boolean;
  /** Between the looks that back the events, in ms. Default 1,000. */
  readonly pollInterval?: number;
  /** Between looks where there are no events, and where a guarded file is mounted by itself, in ms. Default 200. */
  readonly fastPollInterval?: number;
  /** Between attempts to get events again after the system refused them, in ms. Default 30,000. */
  readonly retryInterval?: number;
  /** Told when the mode changes after the start; `reason` is '' with events, else why there are none. */
  readonly onMode?: (mode: WatchMode, reason: string) => void;
}

export type WatchMode = 'events' | 'polling';

export interface DirectoryWatch extends AsyncDisposable {
  readonly mode: WatchMode;
  /** Why there are no events; '' where there are. */
  readonly reason: string;
}

/**
 * Watches `names` in `directory`, absent or not, and calls `onEvent` with the name that something happened to, or with
 * null for "look at all". These are hints: the same one can come twice, one's own writes come too, and a burst comes as
 * one hint a name. Every hint that events fail to give comes from a look at the names (lstat, nothing is read) at the poll
 * interval: a file mounted by itself, an overflown queue, a volume without inotify. Where the system refuses events
 * (`ENOSPC`: fs.inotify.max_user_watches, `EMFILE`: max_user_instances), the mode is 'polling' until it gives them.
 *
 * `onEvent` must not throw. Disposal leaves no timer and no descriptor, and no hint comes after it.
 */
export async function watchDirectory(
  directory: AbsolutePath,
  names: readonly string[],
  onEvent: (name: string | null) => void,
  options: WatchOptions = {},
): Promise<DirectoryWatch> {
  const watch = new Watch(resolve(directory), names, onEvent, options);
  await watch.start();
  return watch;
}

/** From one subscription to the next, at least, in ms. */
const RESUBSCRIBED = 50;

class Watch implements DirectoryWatch {
  mode: WatchMode = 'polling';
  reason = 'events are switched off';
  readonly #directory: string;
  readonly #names: ReadonlySet<string>;
  readonly #onEvent: (name: string | null) => void;
  readonly #options: WatchOptions;
  readonly #signatures: NameSignatures;
  readonly #mountedName: boolean;
  /** Hints of this turn of the event loop; never more than the names and null. */
  readonly #pending = new Set<string | null>();
  #flush: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #subscription: DirectorySubscription | null = null;
  #subscribing: Promise<void> | null = null;
  /** Asked for while one was on its way, which may have looked at the directory before. */
  #outdated = false;
  /** On the monotonic clock, in ms. */
  #subscribedAt = Number.NEGATIVE_INFINITY;
  /** When to ask for events again, on the monotonic clock in ms. */
  #retryAt = Number.POSITIVE_INFINITY;
  #disposed = false;

  constructor(
    directory: string,
    names: readonly string[],
    onEvent: (name: string | null) => void,
    options: WatchOptions,
  ) {
    this.#directory = directory;
    this.#names = new Set(names);
    this.#onEvent = onEvent;
    this.#options = options;
    this.#signatures = new NameSignatures(directory, names);
    this.#mountedName = hasMountedName(directory, names);
  }

  async start(): Promise<void> {
    if (this.#options.events !== false) await this.#subscribe();
    this.#schedule();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#flush);
    await this.#subscribing;
    await this.#subscription?.close();
    this.#subscription = null;
  }

  #subscribe(): Promise<void> {
    this.#outdated = true;
    this.#subscribing ??= this.#subscribeAnew().finally(() => {
      this.#subscribing = null;
    });
    return this.#subscribing;
  }

  async #subscribeAnew(): Promise<void> {
    while (this.#outdated && !this.#disposed) {
      await this.#restFromTheLast();
      this.#outdated = false;
      const before = identityOf(this.#directory);
      await this.#replaceSubscription();
      // Exchanged meanwhile, it may be the one that is gone whose events were asked for.
      this.#outdated ||= identityOf(this.#directory) !== before;
    }
  }

  /** Who exchanges the directory in a loop is not to keep a processor busy; the old subscription goes on meanwhile. */
  async #restFromTheLast(): Promise<void> {
    const rest = this.#subscribedAt + RESUBSCRIBED - performance.now();
    if (rest > 0) await sleep(rest);
    this.#subscribedAt = performance.now();
  }

  async #replaceSubscription(): Promise<void> {
    const old = this.#subscription;
    this.#subscription = null;
    // Before the next: chokidar gives two on one path the same handle of the system, which may be on a directory that is gone.
    await old?.close();
    let refusal = '';
    this.#subscription = await subscribeDirectory(this.#directory, {
      hint: (name) => this.#hint(name),
      replaced: () => {
        if (!this.#disposed) void this.#subscribe();
      },
      failed: (cause) => {
        refusal = cause;
        if (this.#subscribing !== null || this.#disposed) return;
        this.#subscribing = this.#refused(cause).finally(() => {
          this.#subscribing = null;
        });
      },
    });
    if (refusal !== '') return this.#refused(refusal);
    this.#retryAt = Number.POSITIVE_INFINITY;
    this.#setMode('events', '');
    // What happened between the old subscription and this one.
    if (old !== null) this.#hint(null);
  }

  async #refused(cause: string): Promise<void> {
    this.#retryAt = performance.now() + (this.#options.retryInterval ?? 30_000);
    this.#setMode('polling', `the system gives no events for ${this.#directory} (${cause})`);
    const subscription = this.#subscription;
    this.#subscription = null;
    await subscription?.close();
  }

  #setMode(mode: WatchMode, reason: string): void {
    const changed = mode !== this.mode && this.#timer !== undefined;
    this.mode = mode;
    this.reason = reason;
    if (changed && !this.#disposed) this.#options.onMode?.(mode, reason);
  }

  /** The first hint of a burst is told within this turn of the event loop, the rest of the turn together with it. */
  #hint(name: string | null): void {
    if (this.#disposed || (name !== null && !this.#names.has(name))) return;
    this.#pending.add(name);
    this.#flush ??= setImmediate(() => {
      this.#flush = undefined;
      const hints = this.#pending.has(null) ? [null] : [...this.#pending];
      this.#pending.clear();
      // Noted before it is told: what changes after that is found by the next look, if no event tells it.
      for (const hint of hints) {
        if (hint === null) this.#signatures.changed();
        else this.#signatures.refresh(hint);
      }
      for (const hint of hints) if (!this.#disposed) this.#onEvent(hint);
    });
  }

  #schedule(): void {
    const slow = this.mode === 'events' && !this.#mountedName;
    const interval = slow ? (this.#options.pollInterval ?? 1_000) : (this.#options.fastPollInterval ?? 200);
    this.#timer = setTimeout(() => {
      const untold = this.#signatures.changed();
      for (const name of untold) this.#hint(name);
      // Nothing tells that a directory above was exchanged: events then go on coming from the one that is gone.
      const isDeaf = slow && untold.length > 0;
      if (isDeaf || performance.now() >= this.#retryAt) void this.#subscribe();
      this.#schedule();
    }, interval);
  }
}

/** Another text for each directory that ever had this path: numbers of inodes are used again at once. */
function identityOf(directory: string): string {
  try {
    const { dev, ino, birthtimeNs } = lstatSync(directory, { bigint: true });
    return `${dev}:${ino}:${birthtimeNs}`;
  } catch (error) {
    return systemCode(error) ?? 'unknown';
  }
}
