import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApplyContext } from '../../../src/keeper/apply.ts';
import { requireLiveKey } from '../../../src/keeper/require-live-key.ts';

describe('what is called right before rows are committed', () => {
  const live = randomBytes(32);
  let folder: string;
  let file: string;
  let stop: AbortController;
  let check: () => void;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keykeeper-live-key-'));
    file = join(folder, 'glpicrypt.key');
    writeFileSync(file, live);
    stop = new AbortController();
    const context: Pick<ApplyContext, 'signal'> & { settings: { configDir: string } } = {
      settings: { configDir: folder },
      signal: stop.signal,
    };
    check = requireLiveKey(context as ApplyContext, live);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('lets them be committed while the file holds the key that they are sealed under', () => {
    expect(check).not.toThrow();
  });

  it('lets them be committed where somebody wrote the same key anew', () => {
    rmSync(file);
    writeFileSync(file, live);

    expect(check).not.toThrow();
  });

  it.each([
    ['holds another key', () => writeFileSync(file, randomBytes(32))],
    ['got a newline', () => writeFileSync(file, Buffer.concat([live, Buffer.from('\n')]))],
    ['was emptied', () => writeFileSync(file, '')],
    ['is gone', () => rmSync(file)],
    [
      'is a link to the same bytes',
      () => {
        writeFileSync(join(folder, 'other'), live);
        rmSync(file);
        symlinkSync('other', file);
      },
    ],
  ])('stops them where the file %s', (_, change) => {
    change();

    expect(check).toThrow(expect.objectContaining({ code: 'file-changed', target: file }));
  });

  it('stops them with the reason for which the work is given up', () => {
    const reason = new Error('the lease is lost');
    stop.abort(reason);

    expect(check).toThrow(reason);
  });
});
