import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type DirectoryVaultOptions, openDirectoryVault } from '../../../src/vault/directory/open-directory-vault.ts';
import type { Vault } from '../../../src/vault/vault.ts';

/** A folder for one test, removed at the end of its block. */
export interface TemporaryVault extends Disposable {
  readonly path: string;
  /** The folder of the instance `glpi`. */
  readonly folder: string;
  open(options?: Partial<DirectoryVaultOptions>): Promise<Vault>;
  generationFile(number: number): string;
}

export function temporaryVault(): TemporaryVault {
  const path = mkdtempSync(join(tmpdir(), 'keykeeper-vault-'));
  const folder = join(path, 'glpi');
  return {
    path,
    folder,
    open: (options = {}) =>
      openDirectoryVault(pathToFileURL(path), {
        instance: 'glpi',
        recipients: [],
        identity: null,
        glpiDirectories: [],
        create: true,
        mounts: [],
        ...options,
      }),
    generationFile: (number) => join(folder, 'generations', `${String(number).padStart(6, '0')}.json`),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
