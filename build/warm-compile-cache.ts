import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { Secret } from '../src/core/secret.ts';
import { formatConfigDb } from '../src/glpi/format-config-db.ts';
import { answerAsDatabase } from './answer-as-database.ts';

/**
 * Users that find the cache besides root: www-data of Debian (33), of CentOS (48) and Alpine (82), the first user of a
 * machine (1000), distroless' nonroot (65532) and nobody (65534). Node looks in a folder whose name ends in the uid
 * (`GetCacheVersionTag` in src/compile_cache.cc); any other user starts without it.
 */
const USERS = [33, 48, 82, 1000, 65532, 65534];

/** How long the watch runs, in ms: by then it serves and has done its first pass. */
const WATCHED = 3_000;

/**
 * Fills a V8 compile cache for the program in `application` by running it as it is run in a container, and keeps beside
 * each of its scripts the code of a quiet `init` with a database (load-script.ts, answer-as-database.ts).
 * What people type is not in it, and what only some configurations load: nobody waits for a few hundredths of a second
 * there, and it was two thirds of the cache. Run it with the Node that is to use the cache: no other one can.
 *
 * @throws Error when no cache came of it, or a run that was to be kept did not end as a quiet one does
 */
export async function warmCompileCache(application: string, cache: string): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'keykeeper-warm-'));
  try {
    const program = join(application, 'main.js');
    const config = join(scratch, 'glpi', 'config');
    const alone = {
      NODE_COMPILE_CACHE: cache,
      KEYKEEPER_CONFIG_DIR: config,
      KEYKEEPER_VAULT: pathToFileURL(join(scratch, 'vault')).href,
      KEYKEEPER_DATABASE: 'none',
      // An engine on the machine that builds would have other scripts load what these load.
      KEYKEEPER_PLATFORM: 'none',
    };
    mkdirSync(config, { recursive: true });
    mkdirSync(join(scratch, 'vault'));
    for (const command of [['init'], ['healthcheck'], ['healthcheck', '--live'], ['--help']])
      await run([program, ...command], alone);
    await keepQuietRuns(program, config, alone);
    // A watch ends by its signal, and keeps what it loaded until then.
    await run([program, 'watch'], { ...alone, KEYKEEPER_HTTP: `unix:${join(scratch, 'http.sock')}` }, WATCHED);
  } finally {
    rmSync(scratch, { recursive: true });
  }
  shareCache(cache);
}

/** An instance that is as it should be, found so by a second run: the first one keeps it in the vault. */
async function keepQuietRuns(program: string, config: string, alone: Variables): Promise<void> {
  const key = randomBytes(32);
  await using database = await answerAsDatabase(key);
  const hosts = [`127.0.0.1:${database.port}`];
  const login = { hosts, user: 'glpi', password: new Secret('glpi'), schema: 'glpi', flags: {} };
  writeFileSync(join(config, 'glpicrypt.key'), key, { mode: 0o640 });
  writeFileSync(join(config, 'config_db.php'), formatConfigDb(login, '10.0.17'), { mode: 0o640 });
  const asked = { ...alone, KEYKEEPER_DATABASE: 'auto' };
  const kept = ['--import', join(import.meta.dirname, 'keep-code.ts'), program, 'init'];
  for (const [parameters, environment] of [
    [[program, 'init'], asked],
    [kept, alone],
    // The last one counts for what both call: most instances have a database.
    [kept, asked],
  ] as const) {
    const { status, output } = await run(parameters, environment);
    if (status === 0 && database.unanswered.length === 0) continue;
    const statements = database.unanswered.join('\n');
    throw new Error(`a run whose code is to be kept ended with ${status}:\n${output}${statements}`);
  }
}

type Variables = Readonly<Record<string, string>>;

async function run(parameters: readonly string[], environment: Variables, patience = 60_000) {
  const child = spawn(process.execPath, ['--disable-sigusr1', ...parameters], {
    env: environment,
    timeout: patience,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const output = text(child.stderr);
  const [status] = (await once(child, 'exit')) as [number | null];
  return { status, output: await output };
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
  await warmCompileCache(application, cache);
}
