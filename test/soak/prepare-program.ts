import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from '../../build/bundle.ts';

/** The bundle as the image runs it, in a folder of its own, and the probe beside it. */
export interface PreparedProgram extends Disposable {
  readonly main: string;
  readonly probe: string;
  /** A module of TypeScript as one that the watch can load: removing types there would stay in its memory. @returns its URL */
  strip(module: URL): string;
}

export async function prepareProgram(): Promise<PreparedProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'keykeeper-soak-'));
  const application = join(folder, 'app');
  await bundle(application);
  const strip = (module: URL) => {
    const path = join(folder, basename(module.pathname).replace(/\.ts$/, '.mjs'));
    writeFileSync(path, stripTypeScriptTypes(readFileSync(module, 'utf8')));
    return pathToFileURL(path).href + module.search;
  };
  return {
    main: join(application, 'main.js'),
    probe: strip(new URL('probe.ts', import.meta.url)),
    strip,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
