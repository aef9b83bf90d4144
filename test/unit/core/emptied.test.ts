import { describe, expect, it } from 'vitest';
import type { Chronicle } from '../../../src/core/chronicle.ts';
import { accidentsAmong, type Circumstances, mayComeBack } from '../../../src/core/emptied.ts';
import { type KnownPlace, NO_RESCUE_MEMORY } from '../../../src/core/rescue-memory.ts';
import type { EmptiedValue } from '../../../src/core/value.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import { digestOf, KEY_A, KEY_B, type ValueSpec, valuesOf } from './build-observation.ts';

const NOW = '2026-01-10T12:00:00Z';
const PLACE: EmptiedValue = {
  reference: { table: 'glpi_mailcollectors', column: 'passwd', id: 7 },
  digest: digestOf('emptied'),
  under: KEY_A,
};
const GOOD: ValueSpec = { under: [KEY_A] };
const DEAD: ValueSpec = { under: [] };

function entry(at: string, verdict: Verdict, fingerprint = KEY_A): Chronicle[number] {
  return { at, verdict, fingerprint };
}

function known(state: KnownPlace['state'], at: string): Circumstances['memory'] {
  return { ...NO_RESCUE_MEMORY, places: [{ ...PLACE, state, at }] };
}

function isAccident(changes: Partial<Circumstances>, specs: ValueSpec[] = [GOOD], place = PLACE): boolean {
  const circumstances = { at: NOW, live: KEY_A, chronicle: [], memory: NO_RESCUE_MEMORY, ...changes };
  return accidentsAmong([place], circumstances, valuesOf(...specs)).length > 0;
}

describe('an emptied place', () => {
  it('was meant where all is well, and was', () => {
    expect(isAccident({ chronicle: [entry('2026-01-01T00:00:00Z', 'sound')] })).toBe(false);
    expect(isAccident({})).toBe(false);
  });

  it('is an accident while the key is missing, and for a day after', () => {
    const chronicle = [entry('2026-01-10T09:00:00Z', 'missing'), entry('2026-01-10T10:00:00Z', 'sound')];

    expect(isAccident({ live: null })).toBe(true);
    expect(isAccident({ live: null }, [])).toBe(true);
    expect(isAccident({ chronicle })).toBe(true);
    expect(isAccident({ chronicle, at: '2026-01-11T11:00:00Z' })).toBe(false);
  });

  it('is an accident where other values are under another key, or destroyed', () => {
    expect(isAccident({}, [GOOD, { under: [KEY_B] }])).toBe(true);
    expect(isAccident({}, [GOOD, { under: [KEY_A], as: 'empty', better: 'escrow' }])).toBe(true);
    expect(isAccident({}, [GOOD, DEAD])).toBe(true);
    expect(isAccident({}, [GOOD, { under: [KEY_B, KEY_A] }])).toBe(false);
  });

  it('stays an accident once it is known for one, however long it takes', () => {
    const chronicle = [entry('2026-01-01T00:00:00Z', 'missing'), entry('2026-01-01T01:00:00Z', 'sound')];

    expect(isAccident({ chronicle, memory: known('emptied', '2026-01-01T01:00:00Z') })).toBe(true);
    expect(isAccident({ chronicle, memory: known('left', '2026-01-01T01:00:00Z') })).toBe(true);
  });

  it('was meant where its value was brought back in this bad time already', () => {
    const chronicle = [entry('2026-01-10T09:00:00Z', 'missing'), entry('2026-01-10T10:00:00Z', 'sound')];

    expect(isAccident({ chronicle, memory: known('brought-back', '2026-01-10T10:05:00Z') })).toBe(false);
    expect(isAccident({ chronicle, memory: known('brought-back', '2026-01-10T09:00:00Z') })).toBe(false);
    expect(isAccident({ chronicle, memory: known('brought-back', '2026-01-09T10:05:00Z') })).toBe(true);
  });

  it('was meant where its value was brought back, no bad time is on record since, and all is well', () => {
    const over = [entry('2026-01-01T09:00:00Z', 'missing'), entry('2026-01-01T10:00:00Z', 'sound')];

    expect(isAccident({ live: null, memory: known('brought-back', '2026-01-09T10:05:00Z') })).toBe(false);
    expect(isAccident({ chronicle: over, memory: known('brought-back', '2025-12-31T10:05:00Z') })).toBe(false);
  });

  it('was meant beside values that are dead for good, where GLPI had the key of this one all along', () => {
    const chronicle = [entry('2026-01-01T00:00:00Z', 'mixed')];

    expect(isAccident({ chronicle }, [GOOD, DEAD])).toBe(false);
    expect(isAccident({ chronicle: [entry('2026-01-10T00:00:00Z', 'mixed')] }, [GOOD, DEAD])).toBe(true);
    expect(isAccident({ chronicle, live: KEY_B }, [{ under: [KEY_B] }, DEAD])).toBe(true);
  });

  it.each<Verdict>(['sound', 'damaged', 'mixed', 'unproven'])(
    'was meant after a day of its key being %s',
    (verdict) => {
      const since = (at: string) => [entry('2025-12-01T00:00:00Z', 'missing'), entry(at, verdict)];

      expect(isAccident({ chronicle: since('2026-01-09T12:00:00Z') }, [GOOD, DEAD])).toBe(false);
      expect(isAccident({ chronicle: since('2026-01-09T12:00:01Z') }, [GOOD, DEAD])).toBe(true);
    },
  );

  it('is an accident where GLPI was without its key within the day, or had another', () => {
    const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-10T11:00:00Z'];
    const lost = [entry(early, 'mixed'), entry('2026-01-10T10:00:00Z', 'missing'), entry(late, 'mixed')];
    const replaced = [entry(early, 'mixed', KEY_B), entry(late, 'mixed')];

    expect(isAccident({ chronicle: lost }, [GOOD, DEAD])).toBe(true);
    expect(isAccident({ chronicle: replaced }, [GOOD, DEAD])).toBe(true);
  });

  it('is an accident where another key had opened it than the one that GLPI had all along', () => {
    const chronicle = [entry('2026-01-01T00:00:00Z', 'mixed')];

    expect(isAccident({ chronicle }, [GOOD, DEAD], { ...PLACE, under: KEY_B })).toBe(true);
  });

  it('never is one that has other rules, or that GLPI empties itself', () => {
    const configs = { table: 'glpi_configs', column: 'value', id: 1, context: 'core' };

    expect(mayComeBack({ ...configs, name: 'smtp_passwd' })).toBe(true);
    expect(mayComeBack({ ...configs, name: 'glpinetwork_registration_key' })).toBe(false);
    expect(mayComeBack({ table: 'glpi_users', column: 'password_forget_token', id: 2 })).toBe(false);
    expect(mayComeBack({ table: 'glpi_users', column: 'cookie_token', id: 2 })).toBe(false);
    expect(mayComeBack({ table: 'glpi_users', column: 'api_token', id: 2 })).toBe(true);
  });
});
