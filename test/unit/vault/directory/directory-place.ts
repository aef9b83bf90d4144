import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { VaultPlace } from '../contract/vault-place.ts';
import { temporaryVault } from '../temporary-vault.ts';

/** A directory as a place for the contract of all vaults. */
export async function directoryPlace(): Promise<VaultPlace> {
  const temporary = temporaryVault();
  const { folder } = temporary;
  return {
    packed: false,
    open: (options) => temporary.open(options),
    async entries() {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const paths = files.map((entry) => join(entry.parentPath, entry.name));
      return new Map(paths.map((path) => [relative(folder, path), readFileSync(path)]));
    },
    async edit(name, bytes) {
      const path = join(folder, name);
      if (bytes === null) return rmSync(path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    },
    generationEntry: (number) => `generations/${String(number).padStart(6, '0')}.json`,
    recordEntry: (name) => `records/${name}.json`,
    isChunk: (name) => name.startsWith('escrow/'),
    [Symbol.asyncDispose]: async () => temporary[Symbol.dispose](),
  };
}
