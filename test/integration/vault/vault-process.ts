import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { keepNamedExports } from '../../../build/keep-named-exports.ts';

/** What `vault-worker.ts` is told to do. */
export interface WorkerOrder {
  /**
   * `add`: adds generations with keys `<name> 0`, `<name> 1`, …; `record`: keeps the record `places`, counted up from
   * what it holds; `lease`: takes the lease and holds it; `export`: writes the vault into `name`; `import`: takes that file
   * in; `reencrypt`: encrypts everything anew to `recipients`.
   */
  readonly task: 'add' | 'record' | 'lease' | 'export' | 'import' | 'reencrypt';
  readonly path: string;
  readonly name: string;
  /** How many to add; 0: until killed. */
  readonly count: number;
  readonly recipients: readonly string[];
  /** An age identity. */
  readonly identity?: string;
}

/** A child process that works on a vault, killed at the end of its block if it still runs. */
export interface VaultProcess extends AsyncDisposable {
  /** Resolves when the process has loaded everything and waits for {@link go}. */
  readonly ready: Promise<void>;
  /** Lines it printed: `added <key name>`, `kept <count>`, `held`, `exported`, `imported`, `file <count>`, `reencrypted`. */
  readonly lines: string[];
  go(): void;
  /** Resolves when at least `count` lines were printed. */
  printed(count: number): Promise<void>;
  kill(): Promise<void>;
  /** Resolves with the exit code when the process ends by itself. */
  readonly ended: Promise<number | null>;
}

const WORKER = fileURLToPath(new URL('vault-worker.ts', import.meta.url));

/** @param worker the worker's file: its source, or a bundle of it that starts faster ({@link bundleWorker}) */
export function startVaultProcess(order: WorkerOrder, worker: string = WORKER): VaultProcess {
  const child = spawn(process.execPath, [worker, JSON.stringify(order)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => (line === 'ready' ? resolve() : lines.push(line)));
  // A killed child cannot read its order any more.
  child.stdin.on('error', () => {});
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  void ended.then(() => resolve());
  return {
    ready,
    lines,
    ended,
    go: () => void child.stdin.write('go\n'),
    printed: async (count) => {
      while (lines.length < count) await once(reader, 'line');
    },
    kill: () => kill(child, ended),
    [Symbol.asyncDispose]: () => kill(child, ended),
  };
}

async function kill(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

/** Bundles the worker into `folder`. @returns the file to start. */
export async function bundleWorker(folder: string): Promise<string> {
  const options = { bundle: true, platform: 'node', format: 'esm', splitting: true, outdir: folder } as const;
  // For libraries that are CommonJS and ask for built-in modules, as in the product's own bundle.
  const banner = { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" };
  await build({
    ...options,
    banner,
    plugins: [keepNamedExports()],
    entryPoints: [WORKER],
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
  return join(folder, 'vault-worker.mjs');
}
