import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/core/judge.ts';
import { planRegistration, type RegistrationPlan } from '../../../src/core/plan-registration.ts';
import { answers, generation, IDENTITY, KEY_A, KEY_B, valuesOf, vaultOf } from './build-observation.ts';
import {
  CLEARED,
  chronicle,
  ENTERED,
  hoursAgo,
  KEPT,
  kept,
  observeRow,
  opens,
  type RegistrationScene,
  SEALED,
  UNKNOWN,
  WISHED,
} from './registration-scene.ts';

const NOTHING: RegistrationPlan = { kind: 'nothing' };
const LEFT_CLEARED: RegistrationPlan = { kind: 'cleared' };
const FROM_VAULT = written({ kind: 'generation', number: 1 });
const SETTING = { kind: 'setting', fingerprint: WISHED, cleaned: false } as const;
const SET = { kind: 'set', fingerprint: ENTERED } as const;
const CLEAR = { kind: 'clear' } as const;
const TROUBLE = chronicle(['sound', 99], ['wrong', 3], ['sound', 2]);

/** A decided case: what it is, what is seen, and what becomes of the row. */
type Case = readonly [what: string, scene: RegistrationScene, plan: RegistrationPlan];

const ROWS: readonly Case[] = [
  ['absent', { row: { kind: 'absent' } }, FROM_VAULT],
  ['NULL', { row: { kind: 'null' } }, FROM_VAULT],
  ['absent, nothing known', { row: { kind: 'absent' }, known: [UNKNOWN] }, NOTHING],
  ['absent, cleared on purpose before', { row: { kind: 'absent' }, known: [kept(), CLEARED] }, NOTHING],
  ['absent, known to an older generation', { row: { kind: 'absent' }, known: [kept(), UNKNOWN] }, FROM_VAULT],
  [
    'absent, cleared and entered again since',
    { row: { kind: 'absent' }, known: [kept(ENTERED), CLEARED, kept()] },
    written({ kind: 'generation', number: 3 }),
  ],
  ['absent, encrypted in the vault', { row: { kind: 'absent' }, known: [SEALED] }, heldBack('identity-missing')],
  [
    'absent, no uid either',
    { row: { kind: 'absent' }, database: withUid(null) },
    { kind: 'write', fingerprint: KEPT, source: { kind: 'generation', number: 1 }, uid: true },
  ],
  ['as it was', { row: opens() }, NOTHING],
  ['another key', { row: opens(ENTERED) }, NOTHING],
  ['another key, cleared before', { row: opens(ENTERED), known: [CLEARED] }, NOTHING],
  ['a key under another security key', { row: opens(ENTERED, KEY_B) }, written({ kind: 'row' }, ENTERED)],
  ['a key that GLPI garbled', { row: { kind: 'garbled', fingerprint: KEPT, under: KEY_A } }, written({ kind: 'row' })],
  ['garbled beyond itself', { row: { kind: 'garbled', fingerprint: null, under: KEY_A } }, FROM_VAULT],
  ['no key', { row: { kind: 'other', under: KEY_A } }, NOTHING],
  ['closed', { row: { kind: 'closed', ours: false } }, NOTHING],
  ['closed, in the escrow', { row: { kind: 'closed', ours: true } }, FROM_VAULT],
  ['unread', { row: { kind: 'unread' } }, NOTHING],
];

const EMPTY: readonly Case[] = (['empty', 'sealed-empty'] as const).flatMap((kind): readonly Case[] => [
  [`${kind} in a good time`, { row: { kind } }, LEFT_CLEARED],
  [`${kind}, and known to be`, { row: { kind }, known: [kept(), CLEARED] }, LEFT_CLEARED],
  [`${kind}, nothing known`, { row: { kind }, known: [UNKNOWN] }, NOTHING],
  [`${kind}, a bad time ended two hours ago`, { row: { kind }, records: { chronicle: TROUBLE } }, FROM_VAULT],
  [
    `${kind}, a bad time ended a day ago`,
    { row: { kind }, records: { chronicle: chronicle(['wrong', 30], ['sound', 25]) } },
    LEFT_CLEARED,
  ],
  [
    `${kind}, restored since that bad time began`,
    { row: { kind }, records: { chronicle: TROUBLE, registrationWrites: [write('restored', 1)] } },
    LEFT_CLEARED,
  ],
  [
    `${kind}, restored in the moment that bad time began`,
    { row: { kind }, records: { chronicle: TROUBLE, registrationWrites: [write('restored', 3)] } },
    LEFT_CLEARED,
  ],
  [
    `${kind}, restored in an earlier bad time`,
    { row: { kind }, records: { chronicle: TROUBLE, registrationWrites: [write('restored', 50)] } },
    FROM_VAULT,
  ],
  [
    `${kind}, cleared by command in this bad time`,
    { row: { kind }, records: { chronicle: TROUBLE, registrationWrites: [write('cleared', 1)] } },
    LEFT_CLEARED,
  ],
  [
    `${kind}, sealed anew in this bad time`,
    { row: { kind }, records: { chronicle: TROUBLE, registrationWrites: [write('resealed', 1)] } },
    FROM_VAULT,
  ],
  [
    `${kind} under a verdict that is bad right now`,
    {
      row: { kind },
      database: { values: valuesOf({ under: [KEY_A] }, { under: [KEY_A], as: 'empty', better: 'escrow' }) },
    },
    FROM_VAULT,
  ],
]);

const WISHES: readonly Case[] = [
  ['a new key of the settings over another', { row: opens(), wish: SETTING }, written({ kind: 'setting' }, WISHED)],
  [
    'a new key of the settings over none',
    { row: { kind: 'empty' }, wish: SETTING },
    written({ kind: 'setting' }, WISHED),
  ],
  ['a new key of the settings that is there', { row: opens(WISHED), wish: SETTING }, NOTHING],
  [
    'a new key of the settings that is there under another security key',
    { row: opens(WISHED, KEY_B), wish: SETTING },
    written({ kind: 'setting' }, WISHED),
  ],
  ['one that had its turn, another entered since', { row: opens(ENTERED), ...applied() }, NOTHING],
  ['one that had its turn, cleared since', { row: { kind: 'empty' }, ...applied() }, LEFT_CLEARED],
  [
    'one that had its turn, the row lost',
    { row: { kind: 'absent' }, known: [kept(WISHED), kept(ENTERED)], ...applied() },
    written({ kind: 'generation', number: 2 }, ENTERED),
  ],
  ["an operator's key over another", { row: opens(), wish: SET }, written({ kind: 'operator' }, ENTERED)],
  ["an operator's key that is there", { row: opens(ENTERED), wish: SET }, NOTHING],
  [
    "an operator's key over a closed value",
    { row: { kind: 'closed', ours: false }, wish: SET },
    written({ kind: 'operator' }, ENTERED),
  ],
  ['an operator clears a key', { row: opens(), wish: CLEAR }, written({ kind: 'operator' }, null)],
  [
    'an operator clears a sealed nothing',
    { row: { kind: 'sealed-empty' }, wish: CLEAR },
    written({ kind: 'operator' }, null),
  ],
  ['an operator clears NULL', { row: { kind: 'null' }, wish: CLEAR }, LEFT_CLEARED],
  ['an operator clears an empty row', { row: { kind: 'empty' }, wish: CLEAR }, LEFT_CLEARED],
  [
    'an operator clears a key beside a uid that is missing',
    { row: opens(), wish: CLEAR, database: withUid(null) },
    written({ kind: 'operator' }, null),
  ],
  ['an operator clears nothing', { row: { kind: 'absent' }, wish: CLEAR }, LEFT_CLEARED],
];

const LOST = { row: { kind: 'absent' } } as const;

/** What keeps a lost key from being written back. */
const HELD_BACK: readonly Case[] = [
  ['tables or version are missing', { ...LOST, database: { installing: true } }, heldBack('installing')],
  ['the version is not known', { ...LOST, database: { version: null } }, heldBack('installing')],
  ['no security key opens anything', { ...LOST, database: { values: valuesOf({}) } }, heldBack('verdict')],
  ['another security key opens everything', { ...LOST, ...underOtherKey() }, heldBack('verdict')],
  ['the key file is gone', { ...LOST, scene: { key: 'absent' } }, heldBack('verdict')],
  [
    'secrets are empty all',
    { ...LOST, database: { values: valuesOf({ under: [KEY_A], as: 'empty' }) } },
    heldBack('verdict'),
  ],
  ['the database is another', { ...LOST, database: { identity: { ...IDENTITY, instanceUuid: 'another' } } }, NOTHING],
  [
    'the vault is broken',
    { ...LOST, scene: { vault: { kind: 'broken', code: 'vault-full', message: '', try: '' } } },
    NOTHING,
  ],
  ['the database is silent', { ...LOST, scene: { database: { kind: 'deferred' } } }, NOTHING],
];

describe('the row of the registration key', () => {
  it.each([...ROWS, ...EMPTY, ...WISHES])('%s', (_, scene, expected) => {
    expect(planOf(scene)).toEqual(expected);
  });

  it.each(HELD_BACK)('is not written while %s', (_, scene, expected) => {
    expect(planOf(scene)).toEqual(expected);
  });

  it.each([
    ['some values open under no key', valuesOf({ under: [KEY_A] }, {})],
    ['GLPI has destroyed others', valuesOf({ under: [KEY_A] }, { under: [KEY_A], as: 'garbled', better: 'inverse' })],
    ['nothing at all is sealed yet', valuesOf()],
  ])('is written back though %s', (_, values) => {
    expect(planOf({ ...LOST, database: { values } })).toEqual(FROM_VAULT);
  });

  it('goes without a uid where no generation knows one, and with the one that an older generation knows', () => {
    const nameless = (number: number) => generation(number, { registration: kept(), database: withUid(null).identity });
    const unseen = generation(3, { registration: kept(), database: null });
    const uidOf = (...generations: Parameters<typeof vaultOf>) => {
      const scene = { vault: vaultOf(...generations) };
      const plan = planOf({ ...LOST, database: withUid(null), scene });
      return plan.kind === 'write' && plan.uid;
    };

    expect(uidOf(nameless(1))).toBe(false);
    expect(uidOf(unseen)).toBe(false);
    expect(uidOf(generation(1), nameless(2), unseen)).toBe(true);
  });

  it('keeps its key under another security key where a person is to be asked', () => {
    const observation = observeRow({ row: opens(KEPT, KEY_B) });

    expect(planRegistration(observation, judge(observation), 'ask')).toEqual(NOTHING);
  });
});

function planOf(scene: RegistrationScene): RegistrationPlan {
  const observation = observeRow(scene);
  return planRegistration(observation, judge(observation));
}

function written(
  source: (RegistrationPlan & { kind: 'write' })['source'],
  fingerprint: typeof KEPT | null = KEPT,
): RegistrationPlan {
  return { kind: 'write', fingerprint, source, uid: false };
}

function heldBack(why: (RegistrationPlan & { kind: 'held-back' })['why']): RegistrationPlan {
  return { kind: 'held-back', why };
}

function write(why: 'restored' | 'resealed' | 'cleared', hours: number) {
  return { at: hoursAgo(hours), why, fingerprint: why === 'cleared' ? null : KEPT };
}

function withUid(glpiNetworkUuid: string | null) {
  return { identity: { ...IDENTITY, glpiNetworkUuid } };
}

/** The settings still name a key that was written once. */
function applied(): Pick<RegistrationScene, 'wish' | 'records'> {
  return { wish: SETTING, records: { registrationWrites: [{ at: hoursAgo(50), why: 'wish', fingerprint: WISHED }] } };
}

function underOtherKey(): Pick<RegistrationScene, 'scene'> {
  const vault = vaultOf(generation(1, { key: KEY_B, registration: kept() }));
  return { scene: { vault, database: answers(valuesOf({ under: [KEY_B] })) } };
}
