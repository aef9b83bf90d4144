import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/core/brand.ts';
import type { Chronicle } from '../../../src/core/chronicle.ts';
import { usableSince } from '../../../src/core/security-key-age.ts';
import type { Verdict } from '../../../src/core/verdict.ts';

/** Verdicts one day apart, from the first of January. */
function chronicle(...verdicts: Verdict[]): Chronicle {
  const key = fingerprint('aaaaaaaaaaaaaaaa');
  return verdicts.map((verdict, day) => ({ at: `2026-01-0${day + 1}T00:00:00Z`, verdict, fingerprint: key }));
}

describe('the time since when GLPI has a usable key', () => {
  it.each<[readonly Verdict[], string | null]>([
    [[], null],
    [['sound'], null],
    [['sound', 'damaged', 'mixed', 'sound'], null],
    [['sound', 'missing'], null],
    [['sound', 'missing', 'sound'], '2026-01-03T00:00:00Z'],
    [['sound', 'missing', 'unproven', 'sound'], '2026-01-03T00:00:00Z'],
    [['sound', 'wrong', 'sound', 'damaged', 'sound'], '2026-01-03T00:00:00Z'],
    [['missing', 'sound', 'malformed', 'sound'], '2026-01-04T00:00:00Z'],
  ])('after %j is %s', (verdicts, since) => {
    expect(usableSince(chronicle(...verdicts))).toBe(since);
  });
});
