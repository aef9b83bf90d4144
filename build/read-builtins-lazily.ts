import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

const IMPORTED = 'builtin-imported';
const REQUIRED = 'builtin-required';
/** Node loads these for its own start: there is nothing to put off. */
const LOADED = [
  'node:fs',
  'node:path',
  'node:url',
  'node:util',
  'node:events',
  'node:timers',
  'node:buffer',
  'node:os',
];

/**
 * Takes Node's own modules by `process.getBuiltinModule`, and those that Node does not load by itself only when a function
 * of theirs is called first, in this program's source and in its packages. By an ES import Node reads every member of a
 * module, and with it loads what lies behind its lazy ones (all streams behind `node:fs`); and what is imported is loaded
 * though nothing calls it: `node:tls` alone, which reads all root certificates, takes half as long as Node's own start.
 */
export function readBuiltinsLazily(): Plugin {
  return {
    name: 'read-builtins-lazily',
    setup(setup) {
      setup.onResolve({ filter: /^(node:)?[a-z0-9_/]+$/ }, ({ path, kind, importer }) => {
        if (!isBuiltin(path)) return null;
        const name = path.startsWith('node:') ? path : `node:${path}`;
        if (kind === 'import-statement') {
          // One for each importer: classes and constants are read when that one is loaded, and by nobody else's wish.
          return { path: name, suffix: `?${importer}`, namespace: IMPORTED, sideEffects: false };
        }
        if (kind === 'require-call') return { path: name, namespace: REQUIRED };
        return null;
      });
      setup.onLoad({ filter: /.*/, namespace: IMPORTED }, ({ path }) => ({ contents: forImport(path), loader: 'js' }));
      setup.onLoad({ filter: /.*/, namespace: REQUIRED }, ({ path }) => ({ contents: forRequire(path), loader: 'js' }));
    },
  };
}

/** Constants and classes cannot be put off. Marked as pure, so that what nobody imports is left out, and not read. */
function forImport(path: string): string {
  const whole = process.getBuiltinModule(path) as Readonly<Record<string, unknown>>;
  const load = loading(path);
  if (LOADED.includes(path)) {
    const members = namesOf(whole).map(
      (name) => `const $${name} = /* @__PURE__ */ (() => whole.${name})(); export { $${name} as ${name} };`,
    );
    return [`const whole = /* @__PURE__ */ ${load};`, 'export default whole;', ...members].join('\n');
  }
  const members = namesOf(whole).map((name) =>
    typeof whole[name] === 'function' && /^[a-z]/.test(name)
      ? `export function ${name}(...parameters) { return whole().${name}(...parameters); }`
      : `const $${name} = /* @__PURE__ */ (() => whole().${name})(); export { $${name} as ${name} };`,
  );
  return [
    'let loaded;',
    `function whole() { return loaded ??= ${load}; }`,
    'const $default = /* @__PURE__ */ whole(); export default $default;',
    ...members,
  ].join('\n');
}

/** Its members are read at their first use, classes too: packages name them by the module. */
function forRequire(path: string): string {
  const whole: unknown = process.getBuiltinModule(path);
  // A class, a function, or `process`, which emits events: more than its own members.
  const isPlain = typeof whole === 'object' && whole !== null && Object.getPrototypeOf(whole) === Object.prototype;
  if (!isPlain || LOADED.includes(path)) return `module.exports = ${loading(path)};`;
  const members = Object.entries(Object.getOwnPropertyDescriptors(whole)).map(([name, { enumerable }]) => [
    name,
    enumerable,
  ]);
  return [
    'let loaded;',
    `function whole() { return loaded ??= ${loading(path)}; }`,
    `for (const [name, enumerable] of ${JSON.stringify(members)}) Object.defineProperty(exports, name, {`,
    '  enumerable,',
    '  configurable: true,',
    '  get: () => whole()[name],',
    // docker-modem puts its own functions into objects that have the module for their prototype.
    '  set(value) { Object.defineProperty(this, name, { value, enumerable: true, configurable: true, writable: true }); },',
    '});',
  ].join('\n');
}

function loading(path: string): string {
  return `process.getBuiltinModule(${JSON.stringify(path)})`;
}

function namesOf(whole: object): string[] {
  return Object.keys(whole).filter((name) => name !== 'default' && name !== 'module.exports');
}
