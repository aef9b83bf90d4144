import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/core/judge.ts';
import { type PlanOptions, plan } from '../../../src/core/plan.ts';
import { NO_RECORDS } from '../../../src/core/records.ts';
import { referenceKey } from '../../../src/core/reference-key.ts';
import type { Rotation } from '../../../src/core/rotation.ts';
import { Secret } from '../../../src/core/secret.ts';
import {
  type Answer,
  answers,
  brokenVault,
  generation,
  IDENTITY,
  KEY_A,
  KEY_B,
  observe,
  type Scene,
  silentDatabase,
  valuesOf,
  vaultOf,
} from './build-observation.ts';
import { kept, observeRow } from './registration-scene.ts';

/** Names of the actions that write rows, and whether the plan waits for the values to hold still. */
function rows(scene: Scene, options: Partial<PlanOptions> = {}) {
  const observation = observe(scene);
  const { actions, unsettled = false } = plan(observation, judge(observation), { rescue: 'auto', ...options });
  return { actions: actions.map((each) => each.action).filter((each) => !each.startsWith('capture')), unsettled };
}

const WAITS = { actions: [], unsettled: true };
const NOTHING = { actions: [], unsettled: false };

const DAMAGED = valuesOf({ under: [KEY_A] }, { under: [KEY_A], as: 'empty', better: 'escrow' });

function damaged(members: Partial<Answer>): Scene {
  return { stage: 'ask', database: answers(DAMAGED, members) };
}

describe('a rescue', () => {
  const rescue = { scope: 'rescue' } as const;

  it('waits until every value has held still, and is shown before', () => {
    expect(rows(damaged({ settled: true }), rescue)).toEqual({ actions: ['rescue-values'], unsettled: false });
    expect(rows(damaged({ settled: false }), rescue)).toEqual(WAITS);
    expect(rows(damaged({ settled: false }), { ...rescue, preview: true })).toMatchObject({
      actions: ['rescue-values'],
    });
  });

  it('waits for nothing where there is nothing to bring back', () => {
    const sound = { stage: 'ask', database: answers(valuesOf({ under: [KEY_A] }), { settled: false }) } as const;

    expect(rows(sound, rescue)).toEqual(NOTHING);
  });

  it.each<[string, Scene]>([
    ['there is no vault', { vault: { kind: 'none' } }],
    ['the vault is broken', { vault: brokenVault() }],
    ['an installation is on its way', { database: answers(DAMAGED, { installing: true }) }],
    ['the database does not answer', { database: silentDatabase() }],
  ])('writes no row while %s', (_, scene) => {
    expect(rows({ ...damaged({}), ...scene }, rescue).actions).not.toContain('rescue-values');
    expect(rows({ ...damaged({}), ...scene }, { scope: 'undo-rescue' })).toEqual(NOTHING);
  });

  it('writes no row of another database, unless it was adopted: not even then', () => {
    const elsewhere = damaged({ identity: { ...IDENTITY, instanceUuid: 'another' } });

    expect(rows(elsewhere, rescue)).toEqual(NOTHING);
    expect(rows(elsewhere, { ...rescue, adopt: true }).actions).not.toContain('rescue-values');
  });

  it('takes older values of the vault where they are asked for, and where they are named', () => {
    const values = valuesOf({ under: [KEY_A] }, {});
    const [, dead] = values;
    const keptForDead = dead === undefined ? [] : [dead.digest];
    const asked = (options: Partial<PlanOptions>) =>
      rows({ stage: 'ask', database: answers(values, { keptForDead }) }, { ...rescue, ...options }).actions;

    expect(asked({})).toEqual([]);
    expect(asked({ older: true })).toEqual(['rescue-values']);
    expect(asked({ named: dead === undefined ? [] : [referenceKey(dead.reference)] })).toEqual(['rescue-values']);
  });

  it('is undone under the same conditions, and nothing else with it', () => {
    const undo = { scope: 'undo-rescue' } as const;

    expect(rows(damaged({ settled: true }), undo)).toEqual({ actions: ['undo-rescue'], unsettled: false });
    expect(rows(damaged({ settled: false }), undo)).toEqual(WAITS);
  });
});

describe('a rotation', () => {
  const key = new Secret(Buffer.alloc(32));
  const rotate = { scope: 'rotate', rotation: { from: KEY_A, to: KEY_B, key } } as const;
  const vault = vaultOf(generation(1), generation(2, { key: KEY_B, proof: null }));
  const late: Rotation = { from: KEY_A, to: KEY_B, at: '2026-01-10T00:00:00Z', finishedAt: '2026-01-10T00:00:00Z' };
  const records = { ...NO_RECORDS, rotation: late };
  const seen = (live: typeof KEY_A, settled: boolean, more: Scene = {}): Scene => ({
    key: live,
    vault,
    stage: 'ask',
    records,
    database: answers(valuesOf({ under: [live] }), { settled }),
    ...more,
  });

  it('waits until every value has held still, and is shown before', () => {
    expect(rows(seen(KEY_A, true), rotate)).toEqual({ actions: ['rotate-key'], unsettled: false });
    expect(rows(seen(KEY_A, false), rotate)).toEqual(WAITS);
    expect(rows(seen(KEY_A, false), { ...rotate, preview: true }).actions).toEqual(['rotate-key']);
  });

  it('ends once its values have held still under the new key', () => {
    expect(rows(seen(KEY_B, false), rotate)).toEqual(WAITS);
    expect(rows(seen(KEY_B, true), rotate)).toEqual(NOTHING);
  });

  it('neither waits nor moves anything where another key is live by now', () => {
    const other = { ...rotate, rotation: { from: KEY_B, to: KEY_B, key } };

    expect(rows(seen(KEY_A, false), other)).toEqual(NOTHING);
  });

  it('is not made by a plan that names none', () => {
    expect(rows(seen(KEY_A, true), { scope: 'rotate' })).toEqual(NOTHING);
  });

  it('waits until the files are right', () => {
    const bare = seen(KEY_A, true, { files: { 'config_db.php': null } });

    expect(rows(bare, rotate).actions).toEqual(['restore-file']);
  });

  it('has late values moved once they have held still', () => {
    const values = valuesOf({ under: [KEY_B] }, { under: [KEY_A] });
    const guard = (settled: boolean) => seen(KEY_B, true, { stage: 'guard', database: answers(values, { settled }) });
    const plans = [true, false].map((settled) => rows({ ...guard(settled), glpiRunning: false }));

    expect(plans).toEqual([{ actions: ['reseal-values'], unsettled: false }, WAITS]);
  });
});

describe('the row of the registration key', () => {
  function lost(settled: boolean, stage: 'ask' | 'guard', options: Partial<PlanOptions> = {}) {
    const observation = observeRow({
      row: { kind: 'absent' },
      known: [kept()],
      database: { settled },
      scene: { stage },
    });
    const { actions, unsettled = false } = plan(observation, judge(observation), { rescue: 'auto', ...options });
    return { actions: actions.map((each) => each.action), unsettled };
  }
  const written = { actions: ['write-registration'], unsettled: false };

  it('is written once every value has held still', () => {
    expect(lost(true, 'guard')).toEqual(written);
    expect(lost(false, 'guard')).toEqual(WAITS);
  });

  it('is written by the command that is about it, and shown by one that only looks', () => {
    expect(lost(true, 'ask')).toEqual(NOTHING);
    expect(lost(true, 'ask', { preview: true })).toEqual(written);
    expect(lost(false, 'ask', { preview: true })).toEqual(written);
    expect(lost(true, 'ask', { scope: 'registration' })).toEqual(written);
    expect(lost(false, 'ask', { scope: 'registration' })).toEqual(WAITS);
  });

  it('is left alone by a command that writes the vault alone', () => {
    expect(lost(true, 'guard', { scope: 'captures' })).toEqual(NOTHING);
  });
});
