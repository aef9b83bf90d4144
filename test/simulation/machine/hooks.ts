import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const SOURCE = new URL('../../../src/', import.meta.url).href;
const REPLACED: Readonly<Record<string, string>> = {
  'node:fs': new URL('../disk/node-fs.ts', import.meta.url).href,
  'node:timers/promises': new URL('node-timers.ts', import.meta.url).href,
  'node:crypto': new URL('node-crypto.ts', import.meta.url).href,
};
const OPEN_DATABASE = new URL('../model/open-database.ts', import.meta.url).href;

/** A defect that is planted in the product's code: in the file, this text becomes that. */
export interface SourceChange {
  /** Below src. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * From here on the product's modules get the simulated machine where they ask for Node's file system, timers and random
 * numbers, and the simulated database; nothing in the product knows of it. Call before the first of them is imported.
 *
 * @param changes defects to plant @throws Error where a text to change is not there any more
 */
export function installHooks(changes: readonly SourceChange[]): void {
  registerHooks({
    resolve(specifier, context, next) {
      const fromSource = context.parentURL?.startsWith(SOURCE) === true;
      const replacement = fromSource ? REPLACED[specifier] : undefined;
      if (replacement !== undefined) return { url: replacement, shortCircuit: true };
      const resolved = next(specifier, context);
      if (fromSource && resolved.url === new URL('glpi/database/open-database.ts', SOURCE).href) {
        return { url: OPEN_DATABASE, shortCircuit: true };
      }
      return resolved;
    },
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.startsWith(SOURCE)) return loaded;
      const path = fileURLToPath(url).slice(fileURLToPath(SOURCE).length);
      const wanted = changes.filter(({ file }) => file === path);
      if (wanted.length === 0) return loaded;
      let source = String(loaded.source);
      for (const { from, to } of wanted) {
        if (!source.includes(from)) throw new Error(`src/${path} no longer holds what a defect is planted in: ${from}`);
        source = source.replace(from, to);
      }
      return { ...loaded, source };
    },
  });
}
