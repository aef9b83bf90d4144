import { describe, expect, it } from 'vitest';
import { PhpReadError, PhpReader } from '../../../src/glpi/php-reader.ts';

const read = (code: string) => new PhpReader(code).literal();

describe('a literal in PHP', () => {
  it.each([
    [`'it\\'s \\\\ \\n "x" $y'`, 'it\'s \\ \\n "x" $y'],
    ['"a\\tb\\x41\\101\\u{e9}\\u{1F511}\\$x\\"\\\\"', 'a\tbAAé🔑$x"\\'],
    ['"\\q \\8 \\xZ {a} $1 $"', '\\q \\8 \\xZ {a} $1 $'],
    ['"\\xC3\\xA9"', 'é'],
    ["'é\n'", 'é\n'],
    ['"\\u{10FFFF}"', '\u{10ffff}'],
    [`"a\\\n b"`, 'a\\\n b'],
    [`[${'[], '.repeat(40)}]`, Array.from({ length: 40 }, () => [])],
    ['42', 42],
    ['-7', -7],
    ['TRUE', true],
    ['False', false],
    ['null', null],
    ['[]', []],
    ["array('a' => 1, 'b' => [true, null],)", [1, [true, null]]],
    [' /* c */ // d\n # e\n 5', 5],
  ])('%j is read as PHP reads it', (code, expected) => {
    expect(read(code)).toEqual(expected);
  });

  it.each([
    'strtolower(1)',
    'PHP_OS',
    '"\\u{110000}"',
    '"$x"',
    '"{$x}"',
    '"\x24{x}"',
    '1.5',
    '017',
    '0x1F',
    'TRUEish',
    "<<<'E'\nE",
    'array[1]',
  ])('%j is none that can be taken without running it', (code) => {
    expect(() => read(code)).toThrow(PhpReadError);
  });
});

describe('a statement that is not read', () => {
  it.each([
    ["define('A', B . ';'); rest", "define('A', B . ';');", 'rest'],
    ["if (x()) { y(';'); z(); } rest", "if (x()) { y(';'); z(); }", 'rest'],
    ['echo 1 ?> rest', 'echo 1 ?>', 'rest'],
    ['$a = [1, 2] // ;\n; rest', '$a = [1, 2] // ;\n;', 'rest'],
    ["'left in the middle' . f()); rest", "'left in the middle' . f());", 'rest'],
    ['f(', 'f(', ''],
  ])('%j is skipped up to its end', (code, skipped, rest) => {
    const reader = new PhpReader(code);

    expect(reader.skipStatement()).toBe(skipped);
    expect(reader.take(rest)).toBe(true);
  });

  it.each(['$a = <<<X\n;\nX;', "$a = 'open;"])('%j cannot be skipped', (code) => {
    expect(() => new PhpReader(code).skipStatement()).toThrow(PhpReadError);
  });
});
