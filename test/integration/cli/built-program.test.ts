import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../../build/bundle.ts';
import { warmCompileCache } from '../../../build/warm-compile-cache.ts';

/** What a run without a database, a platform and a server has no use for, and what each of them costs its start. */
const UNUSED = ['tls', 'https', 'net', 'http', 'zlib', 'child_process', 'tty', 'dns', 'crypto', 'stream', 'perf_hooks'];
/** Preloaded: tells at the end which of Node's own modules were loaded. */
const LISTING = `
const { writeSync } = require('node:fs');
process.on('exit', () => writeSync(2, process.moduleLoadList.join('\\n')));`;

let folder: string;
let program: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-built-'));
  await bundle(join(folder, 'app'));
  program = join(folder, 'app', 'main.js');
  writeFileSync(join(folder, 'listing.cjs'), LISTING);
  mkdirSync(join(folder, 'config'));
  mkdirSync(join(folder, 'vault'));
  writeFileSync(join(folder, 'config', 'glpicrypt.key'), 'k'.repeat(32), { mode: 0o600 });
});
afterAll(() => rmSync(folder, { recursive: true }));

function init(...nodeOptions: string[]) {
  return spawnSync(process.execPath, ['--disable-sigusr1', ...nodeOptions, program, 'init'], {
    encoding: 'utf8',
    env: {
      KEYKEEPER_CONFIG_DIR: join(folder, 'config'),
      KEYKEEPER_VAULT: `file://${folder}/vault`,
      KEYKEEPER_DATABASE: 'none',
      KEYKEEPER_PLATFORM: 'none',
      KEYKEEPER_OWNER: `${process.getuid?.()}:${process.getgid?.()}`,
    },
  });
}

describe('the built program', () => {
  it('loads nothing of networks, compression and processes in a quiet init', () => {
    init();

    const { status, stderr } = init('--require', join(folder, 'listing.cjs'));

    const loaded = stderr.split('\n').flatMap((line) => /^NativeModule (.+)$/.exec(line)?.[1] ?? []);
    expect(status).toBe(0);
    expect(loaded).toContain('fs');
    expect(loaded.filter((name) => UNUSED.includes(name))).toEqual([]);
  });

  it('has the class of its failures once, so that what one part throws is one to all others', () => {
    const scripts = readdirSync(join(folder, 'app')).filter((name) => /\.c?js$/.test(name));

    const holders = scripts.filter((name) => {
      return /\b(Failure\d*=class|class Failure\d*) extends Error\b/.test(
        readFileSync(join(folder, 'app', name), 'utf8'),
      );
    });

    expect(holders).toEqual(['start.cjs']);
  });

  it('hands a script what another one has', async () => {
    const start = await import(join(folder, 'app', 'start.js'));
    const text = readFileSync(join(folder, 'app', 'database.cjs'), 'utf8');
    const holders = new Set([...text.matchAll(/(\w+)=require\("\.\/start\.cjs"\)/g)].map(([, holder]) => holder));
    const uses = [...text.matchAll(/\b(import_\w+)\.([$\w]+)/g)].filter(([, holder]) => holders.has(holder));
    const wanted = new Set(uses.map(([, , name]) => name ?? ''));

    expect(wanted.size).toBeGreaterThan(10);
    expect([...wanted].filter((name) => start[name] === undefined)).toEqual([]);
  });

  it('has no file that cannot be loaded, and none that exports what is not there', () => {
    const files = readdirSync(join(folder, 'app')).filter((name) => name.endsWith('.js') && name !== 'main.js');
    const script = `
      for (const file of ${JSON.stringify(files)}) {
        const members = await import(${JSON.stringify(join(folder, 'app'))} + '/' + file);
        for (const [name, value] of Object.entries(members)) if (value === undefined) console.log(file, name);
      }`;

    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });

    expect(files.length).toBeGreaterThan(50);
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });

  it('does the same with the code that was kept of a run, without it, and beside code that is none', async () => {
    const without = init();
    await warmCompileCache(join(folder, 'app'), join(folder, 'cache'));
    const kept = init();
    writeFileSync(`${join(folder, 'app', 'start.cjs')}.cache`, 'no code');
    const none = init();

    expect([without.status, without.stderr]).toEqual([0, '']);
    expect([kept.status, kept.stdout, kept.stderr]).toEqual([0, without.stdout, '']);
    expect([none.status, none.stdout, none.stderr]).toEqual([0, without.stdout, '']);
  });
});
