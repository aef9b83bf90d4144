import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { answerNames } from '../../../../src/glpi/cache/answer-names.ts';
import { ITEM_HEAD_BYTES, itemNameOf } from '../../../../src/glpi/cache/item-name.ts';

/** Written by symfony/cache 5.4 through its Psr16Cache, as GLPI 10 does. */
const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/symfony-cache/${name}`, import.meta.url));
/** The key that the fixture's answer is about. */
const KEY = new Secret('eyJhIjoxfQ==');
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');
const nameOf = (key: Secret<string>, language: string): string =>
  sha1(`registration_${sha1(key.reveal())}_${language}_informations`);

describe("a file of Symfony's cache", () => {
  it('tells its item, and that of the answer is told from others', () => {
    const names = answerNames([KEY]);

    const items = ['registration-answer', 'another-item'].map((name) => itemNameOf(fixture(name)) ?? '');

    expect(items).toEqual([nameOf(KEY, 'en'), 'other']);
    expect(items.map((item) => names.has(item))).toEqual([true, false]);
  });

  it.each([
    ['1795604430\na%2Fb%20c\nvalue', 'a/b c'],
    ['0\npool:ns:name\nvalue', 'name'],
    ['0\npool%3Aname\n', 'name'],
    ['1795604430\n%zz\nvalue', null],
    ['1795604430\nunended', null],
    ['soon\nname\nvalue', null],
    ['\nname\nvalue', null],
    [`0\n${'n'.repeat(401)}\n`, null],
    ['', null],
  ])('%j holds the item %j', (content, name) => {
    expect(itemNameOf(Buffer.from(content))).toBe(name);
  });

  it('that holds anything at all is read without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: ITEM_HEAD_BYTES }), (bytes) => {
        const item = itemNameOf(Buffer.from(bytes));

        return item === null || typeof item === 'string';
      }),
    );
  });
});

describe('the cached answers', () => {
  it('are found in every language, about every key that is asked for, and about no other', () => {
    const other = new Secret('another key');
    const names = answerNames([KEY, other]);

    const found = ['en', 'fr', 'pt', 'zz'].flatMap((each) => [nameOf(KEY, each), nameOf(other, each)]);

    expect(found.every((name) => names.has(name))).toBe(true);
    expect(names.has(nameOf(new Secret('a third key'), 'en'))).toBe(false);
    expect(names.has('')).toBe(false);
  });

  it("are found in GLPI 9.5's list of footprints", () => {
    const names = answerNames([KEY]);
    const list = (key: string): string => `{\n    "registration_${sha1(key)}_pt_BR_informations": "${sha1('x')}"\n}`;

    expect([names.areIn(list(KEY.reveal())), names.areIn(list('a third key')), names.areIn('[]')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
