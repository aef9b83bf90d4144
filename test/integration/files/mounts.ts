import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { TemporaryDirectory } from '../../unit/files/temporary-directory.ts';

/** Mounts for one test, undone in reverse order where they go out of scope. Needs root and the right to mount. */
export class Mounts implements Disposable {
  readonly directory = new TemporaryDirectory();
  readonly #mounted: string[] = [];

  /** mount(8) with these arguments; `target` is created as a directory if it is absent. */
  mount(target: string, ...options: string[]): void {
    mkdirSync(target, { recursive: true });
    this.#run([...options, target]);
    this.#mounted.push(target);
  }

  /** Mounts one file over another. */
  bindFile(source: string, target: string): void {
    this.#run(['--bind', source, target]);
    this.#mounted.push(target);
  }

  [Symbol.dispose](): void {
    for (const target of this.#mounted.reverse()) spawnSync('umount', ['--lazy', target]);
    this.directory[Symbol.dispose]();
  }

  #run(options: string[]): void {
    const { status, stderr, error } = spawnSync('mount', options, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`mount ${options.join(' ')}: ${error?.message ?? stderr}`);
  }
}

/** Why mounting is not possible here, or null. */
export function mountTrouble(): string | null {
  try {
    using mounts = new Mounts();
    mounts.mount(mounts.directory.at('probe'), '-t', 'tmpfs', 'tmpfs');
    return null;
  } catch (error) {
    return String(error);
  }
}
