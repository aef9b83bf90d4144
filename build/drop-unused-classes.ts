import { dirname, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/** Of @kubernetes/client-node: clients, and a class for each kind of the API. They are defined, and nothing else happens. */
const DEFINITIONS = /[/\\]@kubernetes[/\\]client-node[/\\]dist[/\\]/;

/**
 * Has esbuild leave out of a package what nobody uses of files that only define classes. Their static members could do
 * anything, as far as it can see: it keeps 0.5 MB of classes for a program that reads a kubeconfig.
 */
export function dropUnusedClasses(): Plugin {
  return {
    name: 'drop-unused-classes',
    setup(setup) {
      setup.onResolve({ filter: /^\..*\.js$/ }, ({ path, resolveDir, importer, kind }) => {
        if (kind !== 'import-statement' || !importer.includes('client-node')) return null;
        const file = resolve(resolveDir === '' ? dirname(importer) : resolveDir, path);
        return DEFINITIONS.test(file) ? { path: file, sideEffects: false } : null;
      });
    },
  };
}
