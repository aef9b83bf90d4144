import { describe, expect, it } from 'vitest';
import { absolutePath, fingerprint, gid, mode, sha256, uid } from '../../../src/core/brand.ts';

describe('branded values', () => {
  it('takes absolute paths alone', () => {
    expect(absolutePath('/var/glpi/config')).toBe('/var/glpi/config');
    expect(() => absolutePath('config')).toThrow(new RangeError('expected an absolute path, got "config"'));
    expect(() => absolutePath('')).toThrow(RangeError);
  });

  it.each([
    ['uid', uid],
    ['gid', gid],
  ] as const)('takes as %s what chown(2) takes for one', (name, make) => {
    expect([make(0), make(33), make(4294967294)]).toEqual([0, 33, 4294967294]);
    for (const wrong of [-1, 1.5, 4294967295, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => make(wrong)).toThrow(new RangeError(`expected a ${name}, got ${wrong}`));
    }
  });

  it('keeps the permission bits of a stat mode', () => {
    expect([mode(0o100644), mode(0o7777), mode(0o40750)]).toEqual([0o644, 0o7777, 0o750]);
  });

  it('takes fingerprints of 16 lower-case hex digits', () => {
    expect(fingerprint('0123456789abcdef')).toBe('0123456789abcdef');
    for (const wrong of [
      '0123456789ABCDEF',
      '0123456789abcde',
      '0123456789abcdef0',
      '0123456789abcdeg',
      ' 0123456789abcdef',
      '0123456789abcdef\n',
    ]) {
      expect(() => fingerprint(wrong)).toThrow(RangeError);
    }
  });

  it('takes SHA-256 digests of 64 lower-case hex digits', () => {
    expect(sha256('0f'.repeat(32))).toBe('0f'.repeat(32));
    for (const wrong of ['0F'.repeat(32), '0f'.repeat(31), '0f'.repeat(33), `${'0f'.repeat(32)}\n`]) {
      expect(() => sha256(wrong)).toThrow(RangeError);
    }
  });

  it('does not repeat what it was given for a digest, which may be a secret in the wrong place', () => {
    for (const make of [fingerprint, sha256]) expect(() => make('hunter2')).toThrow(/^(?!.*hunter2)/);
  });
});
