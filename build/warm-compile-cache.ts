import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Users that find the cache besides root: www-data of Debian (33), of CentOS (48) and Alpine (82), the first user of a
 * machine (1000), distroless' nonroot (65532) and nobody (65534). Node looks in a folder whose name ends in the uid
 * (`GetCacheVersionTag` in src/compile_cache.cc); any other user starts without it.
 */
const USERS = [33, 48, 82, 1000, 65532, 65534];

/** How long the watch runs, in ms: by then it serves and has done its first pass. */
const WATCHED = 3_000;

/** There is no database where an image is built: its code is kept as far as one that does not answer leads. */
const NOBODY_ANSWERS = { KEYKEEPER_DATABASE: 'mysql://nobody@127.0.0.1:1/none', KEYKEEPER_DATABASE_WAIT: '0s' };

/**
 * Fills a V8 compile cache for the program in `application` by running it as it is run in a container, and keeps beside
 * each of its scripts the code of a quiet `init` (load-script.ts). What people type is not in it, and what only some
 * configurations load: nobody waits for a few hundredths of a second there, and it was two thirds of the cache.
 * Run it with the Node that is to use the cache: no other one can.
 * @throws Error when no cache came of it
 */
export function warmCompileCache(application: string, cache: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'keykeeper-warm-'));
  try {
    const program = join(application, 'main.js');
    const environment = {
      NODE_COMPILE_CACHE: cache,
      KEYKEEPER_CONFIG_DIR: join(scratch, 'glpi', 'config'),
      KEYKEEPER_VAULT: pathToFileURL(join(scratch, 'vault')).href,
      KEYKEEPER_DATABASE: 'none',
    };
    mkdirSync(join(scratch, 'glpi', 'config'), { recursive: true });
    mkdirSync(join(scratch, 'vault'));
    for (const command of [['init'], ['healthcheck'], ['healthcheck', '--live'], ['--help']])
      run([program, ...command], environment);
    // Another run finds the vault as most runs do.
    const keepCode = ['--import', join(import.meta.dirname, 'keep-code.ts'), program, 'init'];
    run(keepCode, { ...environment, ...NOBODY_ANSWERS });
    run(keepCode, environment);
    // A watch ends by its signal, and keeps what it loaded until then.
    run([program, 'watch'], { ...environment, KEYKEEPER_HTTP: `unix:${join(scratch, 'http.sock')}` }, WATCHED);
  } finally {
    rmSync(scratch, { recursive: true });
  }
  shareCache(cache);
}

/** The outcome does not matter: there is nothing here to restore. */
function run(parameters: readonly string[], environment: Record<string, string>, patience = 60_000): void {
  spawnSync(process.execPath, ['--disable-sigusr1', ...parameters], {
    env: environment,
    stdio: 'ignore',
    timeout: patience,
  });
}

function shareCache(cache: string): void {
  const self = process.getuid?.() ?? 0;
  const own = existsSync(cache) ? readdirSync(cache).find((name) => name.endsWith(`-${self}`)) : undefined;
  if (own === undefined) throw new Error(`expected Node's cache of uid ${self} in ${cache}`);
  for (const user of USERS) {
    if (user !== self) symlinkSync(own, join(cache, own.replace(/-\d+$/, `-${user}`)));
  }
  for (const name of readdirSync(join(cache, own))) chmodSync(join(cache, own, name), 0o444);
  chmodSync(join(cache, own), 0o755);
}

if (import.meta.main) {
  const [application, cache] = process.argv.slice(2);
  if (application === undefined || cache === undefined)
    throw new Error('expected the directories of program and cache');
  warmCompileCache(application, cache);
}
