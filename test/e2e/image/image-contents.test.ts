import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerOutput } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';
import { type BuiltImage, buildImage, type ImageFile, listFiles } from './built-image.ts';

const PACKAGE = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
const BASE = 'gcr.io/distroless/nodejs24-debian12';

describe.skipIf(!(await available('docker')))('the built image', () => {
  let image: BuiltImage | undefined;
  let name: string;
  let files: Map<string, ImageFile>;
  let base: Map<string, ImageFile>;
  let settings: Record<string, unknown> & { Labels: Record<string, string> };
  beforeAll(async () => {
    image = await buildImage();
    name = image.name;
    files = await listFiles(name);
    base = await listFiles(BASE);
    settings = JSON.parse(await dockerOutput(['image', 'inspect', '--format', '{{json .Config}}', name]));
  });
  afterAll(() => image?.[Symbol.asyncDispose]());

  const pathsLike = (pattern: RegExp): string[] => [...files.keys()].filter((path) => pattern.test(path));

  it('holds no shell, no package manager and no tool that its base has not', () => {
    const programs = pathsLike(/(^|\/)(bin|sbin)\/[^/]+$/);

    expect(programs).toContain('nodejs/bin/node');
    expect(programs.filter((path) => !base.has(path))).toEqual([]);
    expect(pathsLike(/(^|\/)(sh|bash|dash|busybox|npm|npx|apt|dpkg|curl|wget)$/)).toEqual([]);
  });

  it('adds to its base the program, its licences, its cache, the vault and the place of GLPI', () => {
    const added = [...files.keys()].filter(
      (path) => !base.has(path) && !/^(dev|etc|proc|sys)(\/|$)|^(var|\.dockerenv)$/.test(path),
    );
    const kinds = new Set(
      added.map((path) =>
        path.replace(/^app\/[\w-]+\.(js|cjs|cjs\.cache)$/, 'app/*.$1').replace(/^app\/cache\/.*/, 'app/cache/*'),
      ),
    );

    expect([...kinds].sort()).toEqual([
      'app',
      'app/*.cjs',
      'app/*.cjs.cache',
      'app/*.js',
      'app/LICENSE',
      'app/THIRD-PARTY-LICENSES.txt',
      'app/cache',
      'app/cache/*',
      'app/package.json',
      'var/glpi',
      'vault',
    ]);
  });

  it('tells what it adds to its base in bytes', async () => {
    const [own = 0, below = 0] = (await dockerOutput(['image', 'inspect', '--format', '{{.Size}}', name, BASE]))
      .split('\n')
      .map(Number);

    process.stderr.write(
      `image: ${((own - below) / 1e6).toFixed(2)} MB above ${BASE}, ${(own / 1e6).toFixed(1)} MB in all\n`,
    );
    expect(own).toBeGreaterThan(below);
  });

  it('holds no native add-on and nothing that has set-user-id', () => {
    expect(pathsLike(/\.node$/)).toEqual([]);
    expect([...files].filter(([, { permissions }]) => /^...s|^......s/.test(permissions))).toEqual([]);
  });

  it('ships a vault that every user can write, and a directory for GLPI that is its user’s', () => {
    expect(files.get('vault')).toEqual({ permissions: 'drwxrwxrwt', owner: '0/0' });
    expect(files.get('var/glpi')).toEqual({ permissions: 'drwxr-xr-x', owner: '33/33' });
  });

  it('lets nobody but root write its program', () => {
    const own = [...files].filter(([path]) => path.startsWith('app'));
    const writable = own.filter(
      ([, { permissions, owner }]) =>
        owner !== '0/0' || (!permissions.startsWith('l') && /^.....w|^........w/.test(permissions)),
    );

    expect(writable).toEqual([]);
  });

  it('names its user, its command, its health check and its stop signal, and makes no volume', () => {
    const start = ['/nodejs/bin/node', '--disable-sigusr1', '/app/main.js'];

    expect(settings).toMatchObject({
      User: '0:0',
      Entrypoint: start,
      Cmd: ['watch'],
      StopSignal: 'SIGTERM',
      Healthcheck: { Test: ['CMD', ...start, 'healthcheck'] },
    });
    expect(settings.Volumes ?? null).toBeNull();
    expect(settings.Labels['org.opencontainers.image.version']).toBe(PACKAGE.version);
  });
});
