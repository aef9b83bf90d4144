import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/core/judge.ts';
import { NO_RECORDS } from '../../../src/core/records.ts';
import { type KnownPlace, type RescueMemory, rememberEmptied, withPlaces } from '../../../src/core/rescue-memory.ts';
import type { EmptiedValue } from '../../../src/core/value.ts';
import {
  type Answer,
  answers,
  brokenVault,
  digestOf,
  IDENTITY,
  KEY_A,
  observe,
  type Scene,
  silentDatabase,
  valuesOf,
} from './build-observation.ts';

const AT = '2026-01-10T00:00:00Z';
const REFERENCE = { table: 'glpi_mailcollectors', column: 'passwd', id: 7 };
const EMPTIED: EmptiedValue = { reference: REFERENCE, digest: digestOf('emptied'), under: KEY_A };
const TROUBLE = [{ at: '2026-01-09T23:00:00Z', verdict: 'missing', fingerprint: null }] as const;

function place(state: KnownPlace['state'], at = AT): KnownPlace {
  return { reference: REFERENCE, digest: EMPTIED.digest, state, at };
}

function remembered(places: readonly KnownPlace[], answer: Partial<Answer>, scene: Scene = {}): RescueMemory {
  const records = { ...NO_RECORDS, chronicle: TROUBLE, rescue: { places, left: [] } };
  const database = answers(valuesOf({ under: [KEY_A] }), answer);
  const observation = observe({ database, records, ...scene });
  return rememberEmptied(observation, judge(observation));
}

describe('what is remembered of emptied places', () => {
  it('is that an accident emptied them, since when', () => {
    expect(remembered([], { emptied: [EMPTIED] }).places).toEqual([place('emptied')]);
    const since = '2026-01-09T23:30:00Z';
    expect(remembered([place('emptied', since)], { emptied: [EMPTIED] }).places).toEqual([place('emptied', since)]);
  });

  it('is forgotten once a place is filled or gone', () => {
    expect(remembered([place('emptied')], {}).places).toEqual([]);
    expect(remembered([place('left')], {}).places).toEqual([]);
  });

  it('is kept where this look says nothing: no answer, an installation on its way, no known key', () => {
    const places = [place('emptied')];

    expect(remembered(places, {}, { database: silentDatabase() }).places).toEqual(places);
    expect(remembered(places, { installing: true }).places).toEqual(places);
    expect(remembered(places, { values: valuesOf({ under: [], shaped: true }) }).places).toEqual(places);
    expect(remembered(places, {}, { key: { kind: 'unreadable', cause: 'EIO' } }).places).toEqual(places);
    expect(remembered(places, {}, { vault: brokenVault() }).places).toEqual(places);
    expect(remembered(places, { identity: { ...IDENTITY, address: 'moved:3306' } }).places).toEqual(places);
  });

  it('is that an accident emptied it once more after it was brought back', () => {
    const before = [place('brought-back', '2026-01-08T00:00:00Z')];

    expect(remembered(before, { emptied: [EMPTIED] }).places).toEqual([place('emptied')]);
  });

  it('is for a while that one was brought back', () => {
    const back = place('brought-back', '2026-01-09T23:30:00Z');

    const quietly = (at: string) => {
      const rescue = { places: [place('brought-back', at)], left: [] };
      return remembered([], {}, { records: { ...NO_RECORDS, rescue } }).places;
    };

    expect(remembered([back], {}).places).toEqual([back]);
    expect(remembered([place('brought-back', '2026-01-01T00:00:00Z')], {}).places).toHaveLength(1);
    expect(quietly('2026-01-01T00:00:00Z')).toEqual([]);
    expect(quietly('2026-01-09T00:00:00Z')).toEqual([]);
    expect(quietly('2026-01-09T00:00:01Z')).toHaveLength(1);
  });

  it('is one state for a place', () => {
    const memory = withPlaces({ places: [place('emptied')], left: [] }, [place('brought-back')]);

    const other = { ...place('emptied'), reference: { ...REFERENCE, id: 8 } };

    expect(memory.places).toEqual([place('brought-back')]);
    expect(withPlaces({ places: [other], left: [] }, [place('left')]).places).toEqual([other, place('left')]);
  });
});
