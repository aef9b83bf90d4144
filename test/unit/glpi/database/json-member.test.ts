import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMember, replaceMember } from '../../../../src/glpi/database/json-member.ts';

/** Objects with a string `secret` among other members, written with random white space. */
const objects = fc
  .tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.constantFrom(0, 1, '\t'))
  .map(([members, secret, space]) => ({ members, secret, text: JSON.stringify({ ...members, secret }, null, space) }));

describe('readMember', () => {
  it('reads the string of a member, whatever stands around it', () => {
    fc.assert(
      fc.property(objects, ({ text, secret }) => {
        expect(readMember(text, '$.secret')).toBe(secret);
      }),
    );
  });

  it.each([
    ['no JSON', '{"secret":"x"'],
    ['an array', '["secret","x"]'],
    ['a string', '"secret"'],
    ['an empty text', ''],
    ['an object without it', '{"secrets":"x","a":{"secret":"y"}}'],
    ['a member that is no string', '{"secret":["x"],"b":"y"}'],
    ['a member that is null', '{"secret":null}'],
  ])('finds nothing in %s', (_, text) => {
    expect(readMember(text, '$.secret')).toBe(null);
  });

  it('reads escaped slashes, as PHP writes them', () => {
    expect(readMember('{"secret":"a\\/b"}', '$.secret')).toBe('a/b');
  });

  it('takes the last of two members of one name, as PHP does', () => {
    expect(readMember('{"secret":"a","secret":"b"}', '$.secret')).toBe('b');
  });

  it('does not take for a member what stands inside a string', () => {
    expect(readMember('{"note":"\\"secret\\":\\"no\\"","secret":"yes"}', '$.secret')).toBe('yes');
  });
});

describe('replaceMember', () => {
  it('changes that string alone', () => {
    fc.assert(
      fc.property(objects, fc.string(), ({ text, members }, value) => {
        const replaced = replaceMember(text, '$.secret', value);

        expect(JSON.parse(replaced ?? '')).toEqual(JSON.parse(JSON.stringify({ ...members, secret: value })));
      }),
    );
  });

  it('leaves every byte around it, and comes back to where it was', () => {
    fc.assert(
      fc.property(fc.base64String(), fc.base64String(), (before, after) => {
        const text = `{ "a" :1,"secret": ${JSON.stringify(before).replaceAll('/', '\\/')} ,\t"z":"é\\u00e9" }`;

        const there = replaceMember(text, '$.secret', after);

        expect(replaceMember(there ?? '', '$.secret', before)).toBe(text);
      }),
    );
  });

  it('escapes slashes as PHP does, but not where the old string had a plain one', () => {
    expect(replaceMember('{"secret":"ab"}', '$.secret', 'x/y')).toBe('{"secret":"x\\/y"}');
    expect(replaceMember('{"secret":"a/b"}', '$.secret', 'x/y')).toBe('{"secret":"x/y"}');
  });

  it('writes a member that is absent or null at the end, and takes it out again', () => {
    const bare = fc
      .tuple(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom({}, { secret: null }),
        fc.constantFrom(0, 1, '\t'),
      )
      .map(([members, secret, space]) => {
        const { secret: _, ...others } = members;
        return JSON.stringify({ ...others, ...secret }, null, space);
      });
    fc.assert(
      fc.property(bare, fc.base64String(), (text, value) => {
        const there = replaceMember(text, '$.secret', value) ?? '';

        expect(readMember(there, '$.secret')).toBe(value);
        expect(JSON.parse(replaceMember(there, '$.secret', null) ?? '')).toEqual(JSON.parse(text));
      }),
    );
  });

  it('takes a member out wherever it stands', () => {
    expect(replaceMember('{"secret" : "x" , "a":1}', '$.secret', null)).toBe('{ "a":1}');
    expect(replaceMember('{"a":"\\",", "secret":"x"}', '$.secret', null)).toBe('{"a":"\\","}');
    expect(replaceMember('{"secret":"x"}', '$.secret', null)).toBe('{}');
  });

  it.each(['{"secret":["x"]}', 'no JSON', '["secret"]'])('leaves %s alone', (text) => {
    expect(replaceMember(text, '$.secret', 'y')).toBe(null);
  });
});
