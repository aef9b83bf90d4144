import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { createScrubber } from '../../../src/report/scrubber.ts';

describe('a scrubber', () => {
  it('takes a secret text out in every form it may have got in', () => {
    const surroundings = fc.string({ unit: fc.constantFrom(' ', '{', '}', ':') });
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 40 }), surroundings, (secret, around) => {
        const scrubber = createScrubber();
        scrubber.add(new Secret(secret));
        const bytes = Buffer.from(secret);
        const forms = [secret, bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')];

        for (const form of [...forms, encodeURIComponent(secret.toWellFormed())]) {
          expect(scrubber.clean(`${around}${form}${around}`)).not.toContain(form);
        }
      }),
    );
  });

  it('takes a key out in hex and base64', () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7));
    const scrubber = createScrubber();
    scrubber.add(new Secret(key));

    expect(scrubber.clean(`a ${key.toString('hex')} b ${key.toString('base64')}`)).toBe('a [redacted] b [redacted]=');
  });

  it('takes each line of a secret of several lines out', () => {
    const scrubber = createScrubber();
    scrubber.add(new Secret('# comment\nAGE-SECRET-KEY-1ABC'));

    expect(scrubber.clean('read AGE-SECRET-KEY-1ABC')).toBe('read [redacted]');
  });

  it('leaves texts alone where a secret is too short to be told from a word', () => {
    const scrubber = createScrubber();
    scrubber.add(new Secret('glpi'));

    expect(scrubber.clean('glpi starts')).toBe('glpi starts');
  });
});
