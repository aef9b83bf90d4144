import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

/** Marks the inner resolution, so that it is left to esbuild. */
const RESOLVING = Symbol('resolving');

/**
 * Gives `await import('package')` of a CommonJS package the named exports that Node itself finds in it. esbuild gives it
 * `default` alone, so the same source would run from the clone and fail from the bundle.
 */
export function keepNamedExports(): Plugin {
  return {
    name: 'keep-named-exports',
    setup(setup) {
      setup.onResolve({ filter: /^[a-z@]/ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
        if (kind !== 'dynamic-import' || path.startsWith('node:') || pluginData === RESOLVING) return null;
        const { path: file, errors } = await setup.resolve(path, { kind, resolveDir, importer, pluginData: RESOLVING });
        if (errors.length > 0) return { errors };
        const names = Object.keys(await import(pathToFileURL(file).href));
        // Node names the whole of a CommonJS module so (since 23.0).
        if (!names.includes('module.exports')) return { path: file };
        return { path: file, namespace: 'named-exports', pluginData: { names, resolveDir } };
      });
      setup.onLoad({ filter: /.*/, namespace: 'named-exports' }, ({ path, pluginData: { names, resolveDir } }) => ({
        contents: reExport(path, names),
        loader: 'js',
        resolveDir,
      }));
    },
  };
}

function reExport(file: string, names: readonly string[]): string {
  const named = names.filter((name) => name !== 'default' && name !== 'module.exports' && /^[\w$]+$/.test(name));
  const source = JSON.stringify(file);
  return [
    `import whole from ${source};`,
    'export default whole;',
    ...(named.length === 0 ? [] : [`export { ${named.join(', ')} } from ${source};`]),
  ].join('\n');
}
