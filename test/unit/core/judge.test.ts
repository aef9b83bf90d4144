import { describe, expect, it } from 'vitest';
import { isCapture } from '../../../src/core/action-kind.ts';
import { NOT_FOLLOWED } from '../../../src/core/elsewhere.ts';
import { valueFindings } from '../../../src/core/findings-values.ts';
import { judge } from '../../../src/core/judge.ts';
import { plan } from '../../../src/core/plan.ts';
import { NO_RECORDS } from '../../../src/core/records.ts';
import type { EmptiedValue } from '../../../src/core/value.ts';
import {
  answers,
  brokenVault,
  digestOf,
  generation,
  KEY_A,
  KEY_B,
  observe,
  type Scene,
  silentDatabase,
  type ValueSpec,
  valuesOf,
  vaultOf,
} from './build-observation.ts';

const vault = vaultOf(generation(1), generation(2, { key: KEY_B }));

/** Judges values; the lists of the judgement are given as numbers of the values. */
function listsOf(specs: ValueSpec[], more: Scene = {}) {
  const { dead, movable, destroyed } = judge(observe({ vault, database: answers(valuesOf(...specs)), ...more }));
  const [first, second, third] = [dead, movable, destroyed].map((list) => list.map((each) => each.reference.id));
  return { dead: first, movable: second, destroyed: third };
}

const EMPTIED = { as: 'empty', better: 'escrow' } as const;

describe('what a judgement lists', () => {
  it('is dead where no candidate opens it and movable where only another one does', () => {
    const specs = [{ under: [KEY_A] }, { under: [KEY_B] }, {}, { under: [KEY_A, KEY_B] }];

    expect(listsOf(specs)).toEqual({ dead: [3], movable: [2], destroyed: [] });
  });

  it('is destroyed where the live key opens it and something better is known', () => {
    const specs = [{ under: [KEY_A] }, { under: [KEY_A], ...EMPTIED }, { under: [KEY_B], ...EMPTIED }];

    expect(listsOf(specs)).toEqual({ dead: [], movable: [3], destroyed: [2] });
  });

  it('is destroyed whichever key opens it while there is no live one, and then nothing is movable', () => {
    const specs = [{ under: [KEY_A], ...EMPTIED }, { under: [KEY_B], ...EMPTIED }, { under: [KEY_B] }];

    expect(listsOf(specs, { key: 'absent' })).toEqual({ dead: [], movable: [], destroyed: [1, 2] });
  });

  it('counts what was tested, opened and real', () => {
    const specs: ValueSpec[] = [
      { under: [KEY_A] },
      { under: [KEY_A], as: 'empty' },
      { under: [KEY_A], ours: true },
      { under: [KEY_B] },
      { class: 'token', shaped: false },
    ];

    const judgement = judge(observe({ vault, database: answers(valuesOf(...specs)) }));

    expect(judgement).toMatchObject({ live: KEY_A, tested: 4, opened: 3, real: 1, databaseSilent: false });
  });
});

const PLACE: EmptiedValue = {
  reference: { table: 'glpi_mailcollectors', column: 'passwd', id: 7 },
  digest: digestOf('emptied'),
  under: KEY_A,
};

/** Judges a database in which one place of the escrow is empty. */
function judgeEmptied(specs: ValueSpec[], more: Scene = {}) {
  return judge(observe({ vault, database: answers(valuesOf(...specs), { emptied: [PLACE] }), ...more }));
}

function troubledAt(at: string) {
  return { ...NO_RECORDS, chronicle: [{ at, verdict: 'missing', fingerprint: null } as const] };
}

describe('a value that GLPI emptied', () => {
  it('damages a key that opens all the others, once the time was bad', () => {
    const bad = judgeEmptied([{ under: [KEY_A] }], { records: troubledAt('2026-01-09T23:00:00Z') });
    const good = judgeEmptied([{ under: [KEY_A] }]);

    expect(bad).toMatchObject({ verdict: 'damaged', emptied: [PLACE] });
    expect(good).toMatchObject({ verdict: 'sound', emptied: [] });
  });

  it('damages a key that was proven, although nothing sealed is left to test it on', () => {
    const records = troubledAt('2026-01-09T23:00:00Z');
    const unproven = vaultOf(generation(1, { proof: null }), generation(2, { key: KEY_B }));

    expect(judgeEmptied([], { records }).verdict).toBe('damaged');
    expect(judgeEmptied([], { records, vault: unproven }).verdict).toBe('unproven');
    expect(judgeEmptied([]).verdict).toBe('unproven');
    expect(judgeEmptied([], { records, vault: brokenVault() }).verdict).toBe('unproven');
  });

  it('is looked for while there is no key, whatever the time before', () => {
    expect(judgeEmptied([{ under: [KEY_A] }], { key: 'absent' }).emptied).toEqual([PLACE]);
  });

  it('is remembered from the time when it was an accident', () => {
    const places = [{ ...PLACE, state: 'emptied', at: '2026-01-01T00:00:00Z' } as const];
    const records = { ...NO_RECORDS, rescue: { places, left: [] } };

    expect(judgeEmptied([{ under: [KEY_A] }], { records }).emptied).toEqual([PLACE]);
  });

  it('is told with its place, and given up with the dead', () => {
    const records = troubledAt('2026-01-09T23:00:00Z');
    const observation = observe({
      vault,
      records,
      database: answers(valuesOf({ under: [KEY_A] }, {}), { emptied: [PLACE] }),
    });
    const judgement = judge(observation);

    const [finding] = valueFindings(judgement).filter(({ code }) => code === 'values-emptied');
    const { actions } = plan(observation, judgement, { rescue: 'auto', scope: 'accept' });

    expect(finding).toMatchObject({ severity: 'warning', target: 'glpi_mailcollectors.passwd #7' });
    expect(actions).toEqual([{ action: 'accept', target: 'vault', values: [digestOf('value 2'), PLACE.digest] }]);
    expect(actions.every(isCapture)).toBe(true);
  });

  it('is not spoken of where all is lost', () => {
    expect(judgeEmptied([{}])).toMatchObject({ verdict: 'lost', choice: { kind: 'nothing' }, emptied: [] });
  });
});

describe('what a judgement says of the surroundings', () => {
  it('tells a database that does not answer from one that was not followed', () => {
    const silent = (reason: string) => judge(observe({ database: silentDatabase({ reason }) })).databaseSilent;

    expect(silent('refused')).toBe(true);
    expect(silent(NOT_FOLLOWED)).toBe(false);
  });

  it('tells that the key keeps GLPI from booting for such a key on GLPI 11 alone', () => {
    const breaks = (breaksGlpi11: boolean, version: string | null) =>
      judge(observe({ breaksGlpi11, database: answers(valuesOf({ under: [KEY_A] }), { version }) })).breaksGlpi;

    expect(breaks(true, '11.0.6')).toBe(true);
    expect(breaks(true, '12.0.0')).toBe(true);
    expect(breaks(false, '11.0.6')).toBe(false);
    expect(breaks(true, '10.0.17')).toBe(false);
    expect(breaks(true, null)).toBe(false);
    expect(judge(observe({ breaksGlpi11: true, database: silentDatabase() })).breaksGlpi).toBe(false);
  });

  it('calls a key sound by a real value that is an empty one to another key', () => {
    const [real] = valuesOf({ under: [KEY_A] });
    const opens = [...(real?.opens ?? []), { fingerprint: KEY_B, as: 'empty', ours: false } as const];
    const values = real === undefined ? [] : [{ ...real, opens }];

    expect(judge(observe({ vault, database: answers(values) })).verdict).toBe('sound');
  });
});
