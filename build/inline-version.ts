import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Inlines name and version of the project's package.json where the source imports it, and nothing else of it. */
export function inlineVersion(project: string): Plugin {
  return {
    name: 'inline-version',
    setup(setup) {
      setup.onLoad({ filter: /package\.json$/ }, ({ path }) => {
        if (path !== join(project, 'package.json')) return null;
        const { name, version } = JSON.parse(readFileSync(path, 'utf8'));
        return { contents: JSON.stringify({ name, version }), loader: 'json' };
      });
    },
  };
}
