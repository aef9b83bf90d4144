import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AbsolutePath, absolutePath } from '../../../src/core/brand.ts';

/** A fresh directory that is removed, with all in it, where it goes out of scope. */
export class TemporaryDirectory implements Disposable {
  readonly path: AbsolutePath;

  constructor(base: string = tmpdir()) {
    this.path = absolutePath(mkdtempSync(join(base, 'keykeeper-files-')));
  }

  /** A path below the directory. */
  at(...names: string[]): AbsolutePath {
    return absolutePath(join(this.path, ...names));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
