import { subscribe } from 'node:diagnostics_channel';
import { openSync, watch } from 'node:fs';

/**
 * Loaded into a watch by a test: at each event of the config directory, each request and each signal it forgets to let
 * go of one listener, one timer, one descriptor, some objects and a buffer.
 */
const { signal } = new AbortController();
const kept: unknown[] = [];

watch(process.env.KEYKEEPER_CONFIG_DIR ?? '', leak).unref();
subscribe('http.server.request.start', leak);
process.on('SIGHUP', leak);

function leak(): void {
  signal.addEventListener('abort', () => kept);
  setInterval(() => kept, 2 ** 30).unref();
  kept.push(
    openSync('/dev/null', 'r'),
    Array.from({ length: 1_000 }, (_, index) => ({ index })),
    Buffer.alloc(32_768),
  );
}
