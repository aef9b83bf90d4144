import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPemFile } from '../../../../src/glpi/database/read-pem-file.ts';
import { tlsOptions } from '../../../../src/glpi/database/tls.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-pem-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('readPemFile', () => {
  it('reads a file, through a link too, as secrets are mounted', () => {
    writeFileSync(join(folder, 'ca.pem'), 'text');
    symlinkSync('ca.pem', join(folder, 'link.pem'));

    expect(readPemFile(join(folder, 'link.pem')).toString()).toBe('text');
  });

  it.each(['/dev/zero', '/dev/tty', '/proc'])('refuses %s, which is no regular file', (path) => {
    expect(() => readPemFile(path)).toThrow();
  });

  it('does not wait for a writer of a pipe', () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);

    expect(() => readPemFile(join(folder, 'pipe'))).toThrow('no regular file');
  });

  it('reads no further than a mebibyte', () => {
    writeFileSync(join(folder, 'giant'), '');
    truncateSync(join(folder, 'giant'), 1024 ** 4);

    expect(() => readPemFile(join(folder, 'giant'))).toThrow('larger than 1 MiB');
  });
});

describe('a directory of authorities', () => {
  it('is given up once it holds more names than any has', () => {
    for (let number = 0; number <= 1_000; number += 1) writeFileSync(join(folder, `${number}.pem`), '');

    expect(() => tlsOptions({ caPath: folder })).toThrow(`cannot read ${folder} (it holds more than 1000 files)`);
  });
});
