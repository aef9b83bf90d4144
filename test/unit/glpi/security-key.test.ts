import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breaksGlpi11, decodedKeys, fingerprintOf, inspectKey, makeKey } from '../../../src/glpi/security-key.ts';

const KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => 7 * index + 200));

const anyKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

describe('the fingerprint of a key', () => {
  it('is a domain-separated SHA-256 cut to 16 hex digits, not the digest of the file itself', () => {
    const expected = createHash('sha256').update('keykeeper/security-key/v1\0').update(KEY).digest('hex').slice(0, 16);

    expect(fingerprintOf(KEY)).toBe(expected);
    expect(fingerprintOf(KEY)).not.toBe(createHash('sha256').update(KEY).digest('hex').slice(0, 16));
  });
});

describe('the content of a key file', () => {
  it('is a key if it has 32 bytes, whatever they are', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const breaks = breaksGlpi11(key);

        expect(inspectKey(key)).toEqual({
          kind: 'well-formed',
          fingerprint: fingerprintOf(key),
          breaksGlpi11: breaks,
        });
        expect(decodedKeys(key)).toEqual([]);
      }),
    );
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['truncated', KEY.subarray(0, 31)],
    ['truncated', Buffer.from('\n')],
    ['too-long', Buffer.concat([KEY, Buffer.from('x')])],
    ['too-long', randomBytes(4096)],
    ['trailing-newline', Buffer.concat([KEY, Buffer.from('\n')])],
    ['trailing-newline', Buffer.concat([KEY, Buffer.from('\r\n')])],
    ['hex', Buffer.from(KEY.toString('hex'))],
    ['hex', Buffer.from(`${KEY.toString('hex').toUpperCase()}\n`)],
    ['base64', Buffer.from(KEY.toString('base64'))],
    ['base64', Buffer.from(`${KEY.toString('base64')}\r\n`)],
    ['base64', Buffer.from(KEY.toString('base64').replace('=', ''))],
  ])('looks %s', (looksLike, bytes) => {
    expect(inspectKey(bytes)).toEqual({ kind: 'malformed', size: bytes.length, looksLike });
  });

  it('gives the key back that was saved with a newline, as hex or as base64', () => {
    fc.assert(
      fc.property(anyKey, fc.constantFrom('', '\n', '\r\n'), (key, end) => {
        const newline = Buffer.from(end);
        const hex = Buffer.concat([Buffer.from(key.toString('hex')), newline]);
        const base64 = Buffer.concat([Buffer.from(key.toString('base64')), newline]);

        expect(decodedKeys(hex)).toEqual([key]);
        expect(decodedKeys(base64)).toEqual([key]);
        if (end !== '') expect(decodedKeys(Buffer.concat([key, newline]))).toEqual([key]);
      }),
    );
  });

  it('takes a carriage return before a lone newline for the last byte of the key', () => {
    const key = Buffer.concat([KEY.subarray(0, 31), Buffer.from('\r')]);

    expect(decodedKeys(Buffer.concat([key, Buffer.from('\n')]))).toEqual([key]);
  });

  it('stands for no key if it is cut off or something else', () => {
    expect(decodedKeys(KEY.subarray(0, 31))).toEqual([]);
    expect(decodedKeys(Buffer.alloc(0))).toEqual([]);
    expect(decodedKeys(Buffer.from('not a key at all, but a text that somebody has left here by mistake'))).toEqual([]);
  });
});

describe('a key that keeps GLPI 11 from booting', () => {
  it.each(['%a%', 'x%\0\x80%', '%%a%'])('holds something like %j', (part) => {
    expect(breaksGlpi11(Buffer.from(part.padEnd(32, 'k'), 'latin1'))).toBe(true);
  });

  it.each(['%', '%%', '% %', '%\n%', 'a%b c%', '%\v%'])('does not hold only %j', (part) => {
    expect(breaksGlpi11(Buffer.from(part.padEnd(32, 'k'), 'latin1'))).toBe(false);
  });
});

describe('a new key', () => {
  it('is the first of 32 random bytes that lets GLPI 11 boot', () => {
    const [breaking, good] = [Buffer.from('%name%'.padEnd(32, 'x')), Buffer.alloc(32, 'g')];
    const drawn = [breaking, breaking, good, KEY];
    const sizes: number[] = [];

    const key = makeKey((size) => {
      sizes.push(size);
      return drawn.shift() ?? KEY;
    });

    expect(key).toBe(good);
    expect(sizes).toEqual([32, 32, 32]);
  });

  it('is another each time', () => {
    expect(makeKey()).toHaveLength(32);
    expect(makeKey().equals(makeKey())).toBe(false);
  });
});
