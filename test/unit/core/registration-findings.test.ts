import { describe, expect, it } from 'vitest';
import { registrationFindings } from '../../../src/core/findings-registration.ts';
import { judge } from '../../../src/core/judge.ts';
import { KEY_A, silentDatabase, valuesOf } from './build-observation.ts';
import {
  ENTERED,
  hoursAgo,
  KEPT,
  observeRow,
  opens,
  type RegistrationScene,
  SEALED,
  WISHED,
} from './registration-scene.ts';

function told(scene: RegistrationScene): string[] {
  const observation = observeRow(scene);
  return registrationFindings(observation, judge(observation)).map(({ code, severity }) => `${severity} ${code}`);
}

const LOST_ROW = { kind: 'absent' } as const;
const APPLIED = { registrationWrites: [{ at: hoursAgo(9), why: 'wish', fingerprint: WISHED } as const] };
const setting = (cleaned: boolean) => ({ kind: 'setting', fingerprint: WISHED, cleaned }) as const;

describe('what is told of the row of the registration key', () => {
  it.each<[string, RegistrationScene, string[]]>([
    ['is nothing where it holds what it should', { row: opens() }, []],
    ['is nothing where another key was entered', { row: opens(ENTERED) }, []],
    ['is that it was emptied on purpose', { row: { kind: 'empty' } }, ['info registration-cleared']],
    ['is that nobody can read it', { row: { kind: 'closed', ours: false } }, ['warning registration-unreadable']],
    ['is nothing where the vault knows it', { row: { kind: 'closed', ours: true } }, []],
    ['is that it is no key', { row: { kind: 'other', under: KEY_A } }, ['warning registration-no-key']],
    [
      'is that an installation holds it back',
      { row: LOST_ROW, database: { installing: true } },
      ['warning registration-held-back'],
    ],
    ['is that the identity is missing', { row: LOST_ROW, known: [SEALED] }, ['warning registration-held-back']],
    ['is nothing where all is lost', { row: { kind: 'empty' }, database: { values: valuesOf({}) } }, []],
    [
      'is nothing where the database is silent',
      { row: opens(), wish: setting(true), scene: { database: silentDatabase() } },
      [],
    ],
    [
      'is that pasting had added something to the key of the settings',
      { row: opens(WISHED), wish: setting(true), records: APPLIED },
      ['info registration-key-cleaned'],
    ],
    [
      'is nothing of a key of the settings that is there',
      { row: opens(WISHED), wish: setting(false), records: APPLIED },
      [],
    ],
    [
      'is that the key of the settings had its turn',
      { row: opens(ENTERED), wish: setting(false), records: APPLIED },
      ['info registration-wish-past'],
    ],
    ['is nothing of a key of the settings that comes next', { row: opens(ENTERED), wish: setting(false) }, []],
    [
      'is nothing of a key that a command brings',
      { row: opens(KEPT), wish: { kind: 'set', fingerprint: ENTERED } },
      [],
    ],
  ])('%s', (_, scene, expected) => {
    expect(told(scene)).toEqual(expected);
  });

  it('names the row, and says for each reason of waiting what is to be done', () => {
    const scenes: RegistrationScene[] = [
      { row: LOST_ROW, database: { installing: true } },
      { row: LOST_ROW, database: { values: valuesOf({ under: [KEY_A], as: 'empty' }) } },
      { row: LOST_ROW, known: [SEALED] },
    ];

    const findings = scenes.flatMap((scene) => {
      const observation = observeRow(scene);
      return registrationFindings(observation, judge(observation));
    });

    expect(new Set(findings.map(({ target }) => target))).toEqual(
      new Set(['glpi_configs core glpinetwork_registration_key']),
    );
    const expected = [
      /installation.*database:update/s,
      /does not fit.*mend/s,
      /encrypted.*KEYKEEPER_AGE_IDENTITY_FILE/s,
    ];
    for (const [index, { message, try: hint }] of findings.entries()) {
      expect(`${message}\n${hint}`).toMatch(expected[index] ?? /^$/);
    }
  });
});
