import { describe, expect, it } from 'vitest';
import { type Chronicle, extendChronicle, troubled, troubleSince } from '../../../src/core/chronicle.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import { KEY_A, KEY_B } from './build-observation.ts';

const NOON = '2026-03-10T12:00:00Z';

describe('the chronicle', () => {
  it('takes a verdict once, however often it is said', () => {
    const once = extendChronicle([], entry('sound', NOON));

    const twice = extendChronicle(once, entry('sound', '2026-03-10T13:00:00Z'));

    expect(twice).toBe(once);
  });

  it('takes the same verdict on another key as a change', () => {
    const before = [entry('sound', NOON)];

    const after = extendChronicle(before, { ...entry('sound', NOON), fingerprint: KEY_B });

    expect(after).toHaveLength(2);
  });

  it('takes the same verdict once GLPI runs as a change', () => {
    const before = [{ ...entry('missing', NOON), gate: true } as const];

    expect(extendChronicle(before, entry('missing', NOON))).toHaveLength(2);
    expect(extendChronicle(before, { ...entry('missing', NOON), gate: true })).toBe(before);
  });

  it('forgets the oldest beyond two hundred entries', () => {
    let chronicle: Chronicle = [];
    for (let index = 0; index < 300; index += 1) {
      chronicle = extendChronicle(
        chronicle,
        entry(index % 2 === 0 ? 'sound' : 'missing', new Date(index).toISOString()),
      );
    }

    expect(chronicle).toHaveLength(200);
    expect(chronicle.at(-1)?.at).toBe(new Date(299).toISOString());
  });
});

describe('a time is troubled', () => {
  it.each<[string, [Verdict, string][], boolean]>([
    ['not where nothing is on record', [], false],
    ['not where the key was sound all along', [['sound', '2026-03-01T00:00:00Z']], false],
    ['not because a key was not proven yet', [['unproven', '2026-03-10T11:00:00Z']], false],
    ['while the key is missing', [['missing', '2026-01-01T00:00:00Z']], true],
    [
      'until a day after the key came back',
      [
        ['missing', '2026-03-08T00:00:00Z'],
        ['sound', '2026-03-09T13:00:00Z'],
      ],
      true,
    ],
    [
      'not longer than a day',
      [
        ['missing', '2026-03-08T00:00:00Z'],
        ['sound', '2026-03-09T11:00:00Z'],
      ],
      false,
    ],
    [
      'until just before that moment of the next day',
      [
        ['missing', '2026-03-08T00:00:00Z'],
        ['sound', '2026-03-09T12:00:00Z'],
      ],
      false,
    ],
    [
      'by the last of several bad times',
      [
        ['missing', '2026-03-01T00:00:00Z'],
        ['sound', '2026-03-01T01:00:00Z'],
        ['wrong', '2026-03-10T01:00:00Z'],
        ['sound', '2026-03-10T02:00:00Z'],
      ],
      true,
    ],
    [
      'also when other quiet entries followed',
      [
        ['wrong', '2026-03-10T01:00:00Z'],
        ['sound', '2026-03-10T02:00:00Z'],
        ['unproven', '2026-03-10T03:00:00Z'],
      ],
      true,
    ],
  ])('%s', (_, entries, expected) => {
    const chronicle = entries.map(([verdict, at]) => entry(verdict, at));

    expect(troubled(chronicle, NOON)).toBe(expected);
  });
});

describe('the last bad time', () => {
  const day = (number: number) => `2026-03-0${number}T00:00:00Z`;
  it.each<[string, Verdict[], string | null]>([
    ['never was where nothing is on record', [], null],
    ['never was where the key was sound all along', ['sound', 'unproven'], null],
    ['began with its first verdict, whatever followed', ['sound', 'missing', 'wrong', 'mixed', 'sound'], day(2)],
    ['began when the record began', ['wrong', 'mixed'], day(1)],
    ['is the later of two', ['missing', 'sound', 'lost'], day(3)],
    ['is the later of two when it is over, too', ['missing', 'sound', 'lost', 'mixed', 'unproven'], day(3)],
  ])('%s', (_, verdicts, expected) => {
    const chronicle = verdicts.map((verdict, index) => entry(verdict, day(index + 1)));

    expect(troubleSince(chronicle)).toBe(expected);
  });
});

function entry(verdict: Verdict, at: string) {
  return { at, verdict, fingerprint: KEY_A };
}
