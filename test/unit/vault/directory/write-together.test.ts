import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceTogether } from '../../../../src/vault/directory/write-together.ts';
import { isTemporary, removeTemporaries, type Workplace } from '../../../../src/vault/directory/write-whole.ts';

let folder: string;
let place: Workplace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-together-'));
  place = { folder, owner: null };
});

afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = (name: string) => ({ target: join(folder, name), content: Buffer.from(`content of ${name}`) });

describe('files written together', () => {
  it('are all in place, whole and for their owner alone, old ones replaced', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `file-${index}`).sort();
    writeFileSync(join(folder, 'file-7'), 'old');

    await replaceTogether(place, names.map(fileOf));

    expect(readdirSync(folder).sort()).toEqual(names);
    expect(names.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(names.map((n) => `content of ${n}`));
    expect(names.map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual(names.map(() => 0o600));
  });

  it('leave nothing half-written behind where one of them cannot be put in place', async () => {
    mkdirSync(join(folder, 'taken'));

    await expect(replaceTogether(place, [fileOf('one'), fileOf('taken'), fileOf('two')])).rejects.toThrow(/EISDIR/);

    expect(readdirSync(folder).sort()).toEqual(['one', 'taken']);
  });

  it('are written again where another keeper that starts takes the temporary files away', async () => {
    const written = replaceTogether(place, [fileOf('one'), fileOf('two')]);
    expect(readdirSync(folder).filter(isTemporary)).toHaveLength(2);
    removeTemporaries(place);

    await written;

    expect(readdirSync(folder).sort()).toEqual(['one', 'two']);
    expect(readFileSync(join(folder, 'two'), 'utf8')).toBe('content of two');
  });
});
