import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { absolutePath } from '../../../../src/core/brand.ts';
import { exportTarget, KEPT_EXPORTS, surplusExports } from '../../../../src/keeper/off-site/export-target.ts';

const now = new Date('2026-11-24T03:00:05.678Z');
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keykeeper-target-'));
  for (const name of ['config', 'vault', 'off']) mkdirSync(join(root, name));
});

afterEach(() => rmSync(root, { recursive: true }));

function targetOf(place: string, encrypted = true) {
  const vault = pathToFileURL(join(root, 'vault'));
  const settings = { instance: 'help.desk', configDir: absolutePath(join(root, 'config')), vault };
  return exportTarget(place, settings, now, encrypted);
}

describe('where an export goes', () => {
  it('is the file that was named, or a name with instance and time in a directory', () => {
    expect(targetOf(join(root, 'off', 'a.age')).path).toBe(join(root, 'off', 'a.age'));
    expect(targetOf(join(root, 'off')).path).toBe(join(root, 'off', 'keykeeper-help.desk-20261124T030005Z.tar.age'));
    expect(targetOf(join(root, 'off'), false).path).toMatch(/Z\.tar$/);
  });

  it('is never in the vault nor beside the key, by whatever name', () => {
    symlinkSync(join(root, 'vault'), join(root, 'elsewhere'));

    for (const place of ['vault', 'vault/a.age', 'elsewhere/a.age', 'config', 'config/a.age']) {
      expect(() => targetOf(join(root, place))).toThrow(expect.objectContaining({ code: 'refused' }));
    }
  });
});

describe('older exports', () => {
  it('beyond the newest of this instance go, and nothing else', () => {
    const off = join(root, 'off');
    const names = Array.from({ length: KEPT_EXPORTS + 2 }, (_, day) => {
      const digits = String(day + 1).padStart(2, '0');
      return `keykeeper-glpi-202611${digits}T030000Z.tar.age`;
    });
    const others = ['keykeeper-glpi-b-20200101T000000Z.tar.age', 'keykeeper-glpi-20200101.tar.age', 'notes.txt'];
    for (const name of [...names, ...others]) writeFileSync(join(off, name), '');

    const surplus = surplusExports(off, 'glpi');

    expect(surplus).toEqual(names.slice(0, 2).map((name) => join(off, name)));
    expect(readdirSync(off)).toHaveLength(names.length + others.length);
  });

  it('are none while there are few', () => {
    writeFileSync(join(root, 'off', 'keykeeper-glpi-20200101T000000Z.tar'), '');

    expect(surplusExports(join(root, 'off'), 'glpi')).toEqual([]);
  });
});
