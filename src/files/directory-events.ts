import { basename, join, relative } from 'node:path';
import { systemCode } from '../core/failure.ts';

export interface DirectoryEventListener {
  /** A name of the directory, or null: it may be anything. */
  hint(name: string | null): void;
  /** The directory is another one, or will be: the subscription should be made anew, see {@link subscribeDirectory}. */
  replaced(): void;
  /** The system gives no (more) events; `cause` is the error's name, `ENOSPC` or `EMFILE` at inotify's limits. */
  failed(cause: string): void;
}

export interface DirectorySubscription {
  close(): Promise<void>;
}

/**
 * Subscribes to what happens in `directory`, absent or not (then its nearest existing ancestor is watched), through
 * chokidar's `raw` events: its `unlink` waits for 100 ms, and nothing else of it is needed. Resolves once the subscription
 * stands, or has failed. Of a directory that is away for less than a moment chokidar 6 notices nothing and stays with the one
 * that is gone; at each return of one that was away for longer it adds a subscriber. Hence `replaced`.
 */
export async function subscribeDirectory(
  directory: string,
  listener: DirectoryEventListener,
): Promise<DirectorySubscription> {
  const { watch } = await import('chokidar');
  // inotify reports the end of the watched directory as an event of this name in it: chokidar must not ignore that one.
  const itself = join(directory, basename(directory));
  const watcher = watch(directory, {
    // All else is ignored: chokidar then neither scans nor stats what lies in the directory.
    ignored: (path) => path !== directory && path !== itself,
    ignoreInitial: true,
    atomic: false,
    followSymlinks: false,
  });
  watcher.on('raw', (event, path, details) => {
    const hint = hintOf(directory, path, details);
    if (hint !== undefined) listener.hint(hint);
    if (event === 'rename' && hint === null) listener.replaced();
  });
  watcher.on('addDir', (path) => {
    if (path === directory) listener.replaced();
  });
  const ready = new Promise<void>((resolve) => {
    watcher.once('ready', resolve);
    watcher.on('error', (error) => {
      listener.failed(systemCode(error) ?? 'unknown');
      resolve();
    });
  });
  await ready;
  return {
    async close() {
      // Rejects where a handle could not be closed: it is released all the same, and nobody could do more.
      await watcher.close().catch(() => {});
    },
  };
}

/**
 * The hint in a raw event: a name in the directory; null where the directory itself or one above it changed; undefined for
 * what happens beside the way to the directory.
 */
function hintOf(directory: string, path: string | null, details: unknown): string | null | undefined {
  const watched = watchedPath(details);
  if (path === null || watched === null) return null;
  if (watched === directory) return isItself(directory, path, details) ? null : path;
  const next = relative(watched, directory).split('/')[0];
  return path === next || path === basename(watched) ? null : undefined;
}

/** inotify reports a change of the watched directory itself under its own name; `rename` is its end, or that it was moved. */
function isItself(directory: string, path: string | null, details: unknown): boolean {
  return path === basename(directory) && watchedPath(details) === directory;
}

function watchedPath(details: unknown): string | null {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return null;
  return typeof details.watchedPath === 'string' ? details.watchedPath : null;
}
