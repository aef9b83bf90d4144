import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/commands/command-table.ts';
import { settingForms } from '../../../src/config/setting-forms.ts';
import { findingCodes } from './finding-codes.ts';

const ROOT = join(import.meta.dirname, '../../..');

const PAGES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: ROOT })
  .toString()
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));

/** Variables of the tests and the Compose files, which are no settings. */
const OTHER_VARIABLES = [
  'KEYKEEPER_TEST_REQUIRE',
  'KEYKEEPER_TEST_IMAGE_LOADER',
  'KEYKEEPER_IMAGE',
  'KEYKEEPER_VAULT_VOLUME',
];

describe('the documentation', () => {
  it('finds the pages', () => {
    expect(PAGES).toContain('README.md');
    expect(PAGES).toContain('docs/operations.md');
  });

  it.each(PAGES)('%s links only to what is there', (page) => {
    const broken = linksIn(read(page)).filter((link) => !resolves(page, link));

    expect(broken).toEqual([]);
  });

  it('names only commands that exist', () => {
    const known = COMMANDS.map((each) => each.name.split(' ')[0]);

    const named = PAGES.flatMap((page) =>
      matches(read(page), /(?:`|\$ |npx |main\.js )(?:keykeeper|main\.js) ([a-z]+)/g),
    );

    expect(named).toContain('init');
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('names only settings that exist', () => {
    const known = [...settingForms().map((each) => each.variable), ...OTHER_VARIABLES];

    const named = PAGES.flatMap((page) => matches(read(page), /\b(KEYKEEPER_[A-Z_]*[A-Z])\b/g));

    expect(named).toContain('KEYKEEPER_VAULT');
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('explains every code of a finding or an error in docs/operations.md', () => {
    const explained = matches(read('docs/operations.md'), /^\| `([a-z0-9-]+)`/gm);

    const codes = findingCodes(ROOT);

    expect(codes).toEqual(expect.arrayContaining(['key-lost', 'file-hard-linked', 'vault-full', 'database-refused']));
    expect(codes.filter((code) => !explained.includes(code))).toEqual([]);
    expect(explained.filter((code) => !codes.includes(code))).toEqual([]);
  });
});

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap(([, found]) => (found === undefined ? [] : [found]));
}

function linksIn(text: string): string[] {
  return matches(text, /\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link));
}

function resolves(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || !target.endsWith('.md') || anchorsOf(read(target)).includes(anchor);
}

/** Anchors as Markdown renderers make them from headings: lower case, spaces to hyphens, punctuation gone. */
function anchorsOf(text: string): string[] {
  return matches(text, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
