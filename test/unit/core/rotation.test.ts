import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastProven, untestedKeys } from '../../../src/core/history.ts';
import { judge } from '../../../src/core/judge.ts';
import { plan } from '../../../src/core/plan.ts';
import { type Presence, withOtherConfig, withPresence } from '../../../src/core/presence.ts';
import { NO_RECORDS } from '../../../src/core/records.ts';
import { PREPARED, type Rotation, rotationFindings } from '../../../src/core/rotation.ts';
import { Secret } from '../../../src/core/secret.ts';
import { breaksGlpi11, makeKey } from '../../../src/glpi/security-key.ts';
import {
  answers,
  generation,
  KEY_A,
  KEY_B,
  KEY_C,
  observe,
  type Scene,
  value,
  valuesOf,
  vaultOf,
} from './build-observation.ts';

const AT = '2026-01-20T12:00:00Z';
const ROTATION: Rotation = { from: KEY_A, to: KEY_B, at: AT, finishedAt: null };
const VAULT = vaultOf(generation(1), generation(2, { key: KEY_B, proof: null, reason: PREPARED }));
const wanted = { from: KEY_A, to: KEY_B, key: new Secret(Buffer.alloc(32)) };

/** What is planned on a scene a while after the rotation began, in minutes. */
function look(scene: Scene, { minutes = 1, rotation = ROTATION as Rotation | null, rotate = false } = {}) {
  const at = new Date(Date.parse(AT) + minutes * 60_000).toISOString();
  const observation = observe({ vault: VAULT, stage: 'guard', ...scene, at, records: { ...NO_RECORDS, rotation } });
  const judgement = judge(observation);
  const options = rotate
    ? ({ rescue: 'auto', scope: 'rotate', rotation: wanted } as const)
    : ({ rescue: 'ask' } as const);
  const codes = rotationFindings(observation).map((each) => each.code);
  return { judgement, codes, ...plan(observation, judgement, options) };
}

const under = (...keys: (typeof KEY_A)[]) => valuesOf(...keys.map((key) => ({ under: [key], ours: key === KEY_B })));

describe('a rotation', () => {
  it('carries the proof over to the key under which it sealed everything', () => {
    const moved = look({ key: KEY_B, database: answers(under(KEY_B, KEY_B)) });
    const unknown = look({ key: KEY_B, database: answers(under(KEY_B, KEY_B)) }, { rotation: null });

    expect([moved.judgement.verdict, moved.judgement.real]).toEqual(['sound', 2]);
    expect(unknown.judgement.real).toBe(0);
  });

  it('carries it over by real values under that key alone', () => {
    const ours = { under: [KEY_B], ours: true } as const;
    const proves = (...specs: Parameters<typeof valuesOf>) =>
      look({ key: KEY_B, database: answers(valuesOf(...specs)) }).judgement.real;

    expect(proves({ ...ours, as: 'empty' }, { ...ours, as: 'garbled' })).toBe(0);
    expect(proves(ours, { under: [KEY_A] })).toBe(1);
    expect(proves({ under: [KEY_A, KEY_B], ours: true })).toBe(1);
    expect(look({ key: KEY_A, database: answers(valuesOf({ under: [KEY_A], ours: true })) }).judgement.real).toBe(0);
  });

  it('is told of for an hour, until it has said that it ended', () => {
    const told = (when: Parameters<typeof look>[1]) =>
      look({ key: KEY_B, database: answers(under(KEY_B)) }, when).codes.includes('rotation-under-way');

    expect(told({ minutes: 59 })).toBe(true);
    expect(told({ minutes: 60 })).toBe(false);
    expect(told({ rotation: { ...ROTATION, finishedAt: AT } })).toBe(false);
    expect(told({ rotation: null })).toBe(false);
  });

  it('that only prepared a key makes it neither a choice nor the one that was proven last', () => {
    const generations = VAULT.kind === 'ready' ? [...VAULT.generations].reverse() : [];

    expect([untestedKeys(generations), lastProven(generations)]).toEqual([[KEY_A], KEY_A]);
  });

  it('has values that come late under the old key moved, also while GLPI runs', () => {
    const values = [...under(KEY_B, KEY_A, KEY_C), value({ id: 4, under: [KEY_C, KEY_A] })];

    const { actions } = look({ key: KEY_B, database: answers(values) });

    const reseals = actions.filter((each) => each.action === 'reseal-values');
    expect(reseals).toMatchObject([{ target: 'database', values: [{ id: 2 }, { id: 4 }] }]);
  });

  it.each([
    ['a day ago', { minutes: 24 * 60 }],
    ['to another key than the live one', { rotation: { ...ROTATION, to: KEY_C } }],
    ['that there never was', { rotation: null }],
  ])('%s moves nothing while GLPI runs', (_, when) => {
    const { actions } = look({ key: KEY_B, database: answers(under(KEY_B, KEY_A)) }, when);

    expect(actions.map((each) => each.action)).not.toContain('reseal-values');
  });

  it('on its way lets nothing be judged wrong from one look', () => {
    const scene: Scene = { key: KEY_A, glpiRunning: false, database: answers(under(KEY_B, KEY_B), { settled: false }) };

    expect(look(scene).judgement).toMatchObject({ verdict: 'wrong', need: 'second-pass' });
    expect(look(scene, { rotation: { ...ROTATION, finishedAt: AT } }).judgement.need).toBe('nothing');
    expect(look(scene, { minutes: 61 }).judgement.need).toBe('nothing');
  });

  it('killed after its rows were written gets its file from its generation', () => {
    const { actions } = look({ key: KEY_A, stage: 'gate', database: answers(under(KEY_B, KEY_B)) });

    expect(actions).toMatchObject([{ action: 'restore-file', fingerprint: KEY_B, source: { number: 2 } }]);
  });

  it('is planned only for the key that it was asked for, and once everything has held still', () => {
    const plans = [
      { key: KEY_A, database: answers(under(KEY_A)) },
      { key: KEY_A, database: answers(under(KEY_A), { settled: false }) },
      { key: KEY_A, database: answers(under(KEY_A), { installing: true }) },
      { key: KEY_A, database: answers([]) },
      { key: KEY_C, database: answers(under(KEY_C)) },
      { key: KEY_B, database: answers(under(KEY_B)) },
    ].map((scene) => look(scene, { rotate: true, rotation: null }).actions.map((each) => each.action));

    expect(plans.map((each) => each.includes('rotate-key'))).toEqual([true, false, false, false, false, false]);
  });

  it('never makes a key that keeps GLPI 11 from booting, whatever the random numbers are', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 })), (drawn) => {
        const bytes = drawn.map((each, index) => {
          const pattern = Buffer.from(each);
          if (index % 2 === 0) pattern.write('%key%', index % 27);
          return pattern;
        });

        const key = makeKey(() => bytes.shift() ?? Buffer.alloc(32, 7));

        expect([key.length, breaksGlpi11(key)]).toEqual([32, false]);
      }),
    );
  });
});

describe('the presence of watches', () => {
  const me: Presence = { host: 'here', file: '1:32:5:5', at: AT };
  const minutesAgo = (minutes: number) => new Date(Date.parse(AT) - minutes * 60_000).toISOString();

  it.each([
    ['another file on another host', { host: 'there', file: '2:32:5:5', at: minutesAgo(1) }, 1],
    ['the same file on another host', { ...me, host: 'there', at: minutesAgo(1) }, 0],
    ['what this host saw before', { ...me, file: '2:32:5:5', at: minutesAgo(1) }, 0],
    ['another file long ago', { host: 'there', file: '2:32:5:5', at: minutesAgo(16) }, 0],
  ])('tells %s', (_, noted, count) => {
    expect(withOtherConfig([noted], me)).toHaveLength(count);
  });

  it('is noted when something changed, and now and then', () => {
    const there: Presence = { host: 'there', file: me.file, at: minutesAgo(1) };

    expect(withPresence([], me)).toEqual([me]);
    expect(withPresence([there, { ...me, at: minutesAgo(4) }], me)).toBeNull();
    expect(withPresence([there, { ...me, at: minutesAgo(6) }], me)).toEqual([there, me]);
    expect(
      withPresence(
        [
          { ...there, at: minutesAgo(16) },
          { ...me, file: 'old' },
        ],
        me,
      ),
    ).toEqual([me]);
  });
});
