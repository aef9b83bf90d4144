import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { bundleWorker } from './vault-process.ts';

/** Bundles the worker before the tests of a file, and removes it afterwards. @returns where it is, once they run */
export function useWorker(): { readonly file: string } {
  const worker = { file: '' };
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keykeeper-worker-'));
    worker.file = await bundleWorker(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return worker;
}
