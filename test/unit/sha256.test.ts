import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FEW, SHORT_BYTES } from '../../src/sha256.ts';

describe('a SHA-256', () => {
  let sha256Of: (content: string | Uint8Array) => string;

  beforeEach(async () => {
    sha256Of = await ofNewProcess();
  });

  it.each([
    // FIPS 180-4, the examples of NIST's Cryptographic Standards and Guidelines.
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('is the published one of "%s"', (text, digest) => {
    expect(sha256Of(text)).toBe(digest);
  });

  it.each([55, 56, 63, 64, 65, SHORT_BYTES - 1, SHORT_BYTES, SHORT_BYTES + 1])(
    'is that of Node for %i bytes',
    (size) => {
      const bytes = Buffer.alloc(size, 'keykeeper');

      expect(sha256Of(bytes)).toBe(nodes(bytes));
    },
  );

  it('is that of Node for any bytes, and for any text in UTF-8', async () => {
    await fc.assert(
      fc
        .asyncProperty(fc.uint8Array({ maxLength: 2 * SHORT_BYTES }), fc.string({ unit: 'binary' }), (bytes, text) => {
          expect(sha256Of(bytes)).toBe(nodes(bytes));
          expect(sha256Of(text)).toBe(nodes(text));
          return Promise.resolve();
        })
        // The first ones of a process are not made as the later ones are.
        .beforeEach(async () => {
          sha256Of = await ofNewProcess();
        }),
    );
  });

  it('stays the same from the first that a process asks for to those beyond the few', () => {
    const digests = Array.from({ length: 2 * FEW }, (_, index) => sha256Of(`${index}`));

    expect(digests).toEqual(digests.map((_, index) => nodes(`${index}`)));
  });
});

async function ofNewProcess() {
  vi.resetModules();
  return (await import('../../src/sha256.ts')).sha256Of;
}

function nodes(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
