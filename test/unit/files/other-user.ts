import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryDirectory } from './temporary-directory.ts';

/**
 * Runs code of src/core and src/files, with what that imports, as another user. Node and the sources are put where every user can reach them, for
 * the checkout can lie in a home directory that is closed to others.
 */
export class OtherUser implements Disposable {
  readonly uid: number;
  readonly #stage = new TemporaryDirectory();

  constructor(uid: number) {
    this.uid = uid;
    const source = join(import.meta.dirname, '../../../src');
    chmodSync(this.#stage.path, 0o755);
    mkdirSync(this.#stage.at('src'));
    for (const layer of ['core', 'files'])
      cpSync(join(source, layer), this.#stage.at('src', layer), { recursive: true });
    copyFileSync(join(source, 'sha256.ts'), this.#stage.at('src', 'sha256.ts'));
    const hashes = join('node_modules', '@noble', 'hashes');
    cpSync(join(source, '..', hashes), this.#stage.at(hashes), { recursive: true });
    writeFileSync(this.#stage.at('package.json'), '{"type":"module"}');
    try {
      linkSync(process.execPath, this.#stage.at('node'));
    } catch {
      copyFileSync(process.execPath, this.#stage.at('node'));
    }
  }

  /** Runs the body of an async function that returns plain data; `path` is its argument. */
  run(path: string, imports: string, body: string): unknown {
    const script = this.#stage.at('run.ts');
    writeFileSync(
      script,
      `${imports}\nconst run = async (path: any) => { ${body} };\n` +
        `const told = (error: any) => ({ code: error.code, message: error.message, try: error.try });\n` +
        `console.log(JSON.stringify(await run(process.argv[2]).catch(told)));\n`,
    );
    const result = spawnSync(this.#stage.at('node'), [script, path], {
      uid: this.uid,
      gid: this.uid,
      cwd: '/',
      encoding: 'utf8',
    });
    if (result.status !== 0) throw new Error(`the other user's run failed: ${result.stderr}`);
    return JSON.parse(result.stdout);
  }

  [Symbol.dispose](): void {
    this.#stage[Symbol.dispose]();
  }
}
