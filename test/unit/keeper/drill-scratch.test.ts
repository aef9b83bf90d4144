import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scratchDirectory } from '../../../src/keeper/drill/scratch-directory.ts';

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'keykeeper-scratch-'));
});

afterEach(() => rmSync(base, { recursive: true }));

describe('the scratch place of a drill', () => {
  it('is nobody else’s, and gone with all that is in it', () => {
    let path = '';
    {
      using scratch = scratchDirectory([base]);
      path = dirname(scratch.config);
      writeFileSync(join(scratch.config, 'glpicrypt.key'), 'k');
      expect([path, scratch.config].map((each) => statSync(each).mode & 0o777)).toEqual([0o700, 0o700]);
    }

    expect(existsSync(path)).toBe(false);
  });

  it('is elsewhere where the first choice cannot be written', () => {
    using scratch = scratchDirectory([join(base, 'none'), base]);

    expect(dirname(dirname(scratch.config))).toBe(base);
  });

  it('is refused where there is none, with what to do', () => {
    expect(() => scratchDirectory([join(base, 'none')])).toThrow(
      expect.objectContaining({ code: 'file-write-failed', try: expect.stringContaining('tmpfs') }),
    );
  });

  it('takes away what a killed drill left an hour ago, and follows no link out of it', () => {
    const other = join(base, 'other');
    for (const name of ['other', 'keykeeper-drill-old', 'keykeeper-drill-new']) mkdirSync(join(base, name));
    writeFileSync(join(other, 'kept'), '');
    symlinkSync(other, join(base, 'keykeeper-drill-old', 'link'));
    symlinkSync(other, join(base, 'keykeeper-drill-link'));
    utimesSync(join(base, 'keykeeper-drill-old'), 0, 0);

    scratchDirectory([base])[Symbol.dispose]();

    expect(readdirSync(base).sort()).toEqual(['keykeeper-drill-link', 'keykeeper-drill-new', 'other']);
    expect(readdirSync(other)).toEqual(['kept']);
  });
});
