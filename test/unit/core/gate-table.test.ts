import { describe, expect, it } from 'vitest';
import type { ExitCode } from '../../../src/core/exit-code.ts';
import { decideGate, type GateDecision, type Outcome } from '../../../src/core/gate.ts';
import { judge } from '../../../src/core/judge.ts';
import { plan } from '../../../src/core/plan.ts';
import {
  answers,
  brokenVault,
  generation,
  IDENTITY,
  KEY_A,
  KEY_B,
  KEY_C,
  observe,
  type Scene,
  silentDatabase,
  valuesOf,
  vaultOf,
} from './build-observation.ts';

const WENT_WELL: Omit<Outcome, 'obstacle'> = {
  reseal: 'none',
  writeFailed: false,
  accessFailed: false,
  vaultFailed: false,
  unsettled: false,
};

/** Judges and plans the scene as the last look of a gate does, then asks the gate. */
function gateOf(scene: Scene, outcome: Partial<Outcome>, mode: 'enforce' | 'warn'): GateDecision {
  const observation = observe(scene);
  const judgement = judge(observation);
  const { obstacle } = plan(observation, judgement, { rescue: 'ask' });
  return decideGate(observation, judgement, { obstacle, ...WENT_WELL, ...outcome }, mode);
}

type Row = [name: string, code: ExitCode, scene: Scene, outcome?: Partial<Outcome>];

const MALFORMED = { text: 'no key', looksLike: 'truncated' } as const;
const TWO_KEYS = vaultOf(generation(1), generation(2, { key: KEY_B }));
const NEVER_PROVEN = vaultOf(generation(1, { proof: null }));
const SPOILT: Scene['vault'] = {
  kind: 'ready',
  generations: [],
  damaged: [{ file: '/vault/glpi/generations/000001.json', reason: 'cannot be read (EIO)' }],
};
const WITHOUT_FILE: Scene = { files: { 'config_db.php': null } };
const SEALED = vaultOf(generation(1, { sealed: true }));
const SILENT = silentDatabase();
const DEAD = answers(valuesOf({}));
const MIXED = answers(valuesOf({ under: [KEY_A] }, { under: [KEY_B] }, {}));
const TIE = answers(valuesOf({ under: [KEY_A] }, { under: [KEY_B] }));
const DAMAGED = answers(valuesOf({ under: [KEY_A], as: 'empty', better: 'escrow' }));
const STAGING = answers(valuesOf({ under: [KEY_A] }), { identity: { ...IDENTITY, schema: 'staging' } });
const GLPI_11 = answers(valuesOf({ under: [KEY_A] }), { version: '11.0.6' });

const ROWS: Row[] = [
  // sound, damaged, unproven, first install
  ['sound', 0, {}],
  ['damaged', 0, { database: DAMAGED }],
  ['unproven, nothing is sealed', 0, { database: answers([]) }],
  ['unproven, no database by choice', 0, { database: { kind: 'none' } }],
  ['unproven, beside a generation that nobody can open', 0, { database: answers([]), vault: SEALED }],
  ['a first install', 0, { key: 'absent', vault: vaultOf(), database: { kind: 'unconfigured' } }],
  // mixed
  ['mixed, left without re-sealing because somebody wants to be asked', 0, { vault: TWO_KEYS, database: MIXED }],
  ['mixed, re-sealed: what nothing opens does not block', 0, { vault: TWO_KEYS, database: MIXED }, { reseal: 'done' }],
  ['mixed, re-sealing failed', 11, { vault: TWO_KEYS, database: MIXED }, { reseal: 'failed' }],
  ['mixed, the rows do not hold still', 11, { vault: TWO_KEYS, database: MIXED }, { unsettled: true }],
  // lost
  ['lost, key absent', 10, { key: 'absent', database: DEAD }],
  ['lost, key absent, vault empty', 10, { key: 'absent', vault: vaultOf(), database: DEAD }],
  ['lost, key malformed', 10, { key: MALFORMED, vault: NEVER_PROVEN, database: DEAD }],
  ['lost, well-formed key, a proven generation', 10, { database: DEAD }],
  [
    'lost, well-formed key, an older proven generation',
    10,
    { vault: vaultOf(generation(1), generation(2, { proof: null })), database: DEAD },
  ],
  ['lost, well-formed key, never proven here', 0, { vault: NEVER_PROVEN, database: DEAD }],
  ['lost, well-formed key, empty vault', 0, { vault: vaultOf(), database: DEAD }],
  // a person must choose
  ['a tie', 11, { key: 'absent', vault: TWO_KEYS, database: TIE }],
  ['a tie beside a wrong key', 11, { key: KEY_C, vault: TWO_KEYS, database: TIE }],
  ['several keys and nothing to test them on', 11, { key: 'absent', vault: TWO_KEYS, database: answers([]) }],
  ['another database', 11, { database: STAGING }],
  ['another database, key absent', 11, { key: 'absent', database: STAGING }],
  ['a key that GLPI 11 does not boot with, on 11', 11, { breaksGlpi11: true, database: GLPI_11 }],
  ['the same key on GLPI 10', 0, { breaksGlpi11: true }],
  [
    'malformed bytes and nothing known to put in their place',
    11,
    { key: MALFORMED, vault: vaultOf(), database: answers([]) },
  ],
  [
    'a wrong key that was not replaced since the rows do not hold still',
    11,
    { key: KEY_B, vault: TWO_KEYS },
    { unsettled: true },
  ],
  // database silent
  ['the database does not answer, well-formed key', 12, { database: SILENT }],
  ['the database does not answer, key absent', 12, { key: 'absent', database: SILENT }],
  ['the database does not answer, key malformed', 12, { key: MALFORMED, database: SILENT }],
  ['the database does not answer, key absent, vault empty', 12, { key: 'absent', vault: vaultOf(), database: SILENT }],
  // access
  ['an unreadable key', 13, { key: { kind: 'special', type: 'directory' } }],
  ['an unreadable key and a broken vault', 13, { key: { kind: 'unreadable', cause: 'EACCES' }, vault: brokenVault() }],
  ['a sound key that GLPI cannot read', 13, {}, { accessFailed: true }],
  ['an absent key that could not be written', 13, { key: 'absent' }, { writeFailed: true }],
  ['a key that fits, beside a config_db.php that could not be brought back', 13, WITHOUT_FILE, { writeFailed: true }],
  ['the same beside one that is there', 0, {}, { writeFailed: true }],
  ['no config_db.php, and none to bring back', 0, WITHOUT_FILE],
  ['a wrong key that could not be replaced', 13, { key: KEY_B, vault: TWO_KEYS }, { writeFailed: true }],
  // vault
  ['sound, vault broken', 0, { vault: brokenVault() }],
  ['sound, vault unwritable', 0, { vault: vaultOf() }, { vaultFailed: true }],
  ['sound, identity missing', 0, { vault: SEALED }],
  ['damaged, vault unwritable', 0, { database: DAMAGED }, { vaultFailed: true }],
  ['unproven, vault broken', 14, { database: answers([]), vault: brokenVault() }],
  ['unproven, vault unwritable', 14, { database: { kind: 'none' }, vault: vaultOf() }, { vaultFailed: true }],
  ['lost, vault broken', 14, { database: DEAD, vault: brokenVault() }],
  ['lost, vault unwritable', 14, { database: DEAD, vault: vaultOf() }, { vaultFailed: true }],
  ['lost, key absent, identity missing', 14, { key: 'absent', database: DEAD, vault: SEALED }],
  ['key absent, vault broken', 14, { key: 'absent', database: answers([]), vault: brokenVault() }],
  [
    'key absent, and the generation that may hold it is damaged',
    14,
    { key: 'absent', vault: SPOILT, database: answers([]) },
  ],
  ['the same before any database is known', 14, { key: 'absent', vault: SPOILT, database: { kind: 'unconfigured' } }],
  ['a key that is there beside a damaged generation', 0, { vault: SPOILT }],
  ['key absent, identity missing', 14, { key: 'absent', database: { kind: 'none' }, vault: SEALED }],
  ['a wrong key that the vault could not take', 14, { key: KEY_C }, { vaultFailed: true }],
  [
    'a first install whose vault is unwritable',
    14,
    { key: 'absent', vault: vaultOf(), database: { kind: 'none' } },
    { vaultFailed: true },
  ],
];

describe('the gate, enforced', () => {
  it.each(ROWS)('%s: exit %i', (_, code, scene, outcome = {}) => {
    const decision = gateOf(scene, outcome, 'enforce');

    expect(decision).toEqual({ gate: code === 0 ? 'open' : 'blocked', exitCode: code, enforced: code });
  });
});

describe('the gate, warning only', () => {
  it.each(ROWS)('opens on %s, and tells exit %i', (_, code, scene, outcome = {}) => {
    const decision = gateOf(scene, outcome, 'warn');

    expect(decision).toEqual({ gate: 'open', exitCode: 0, enforced: code });
  });
});

describe('the gate, where two reasons meet', () => {
  it.each<Row>([
    [
      'a tie that could not be settled for want of the vault',
      11,
      { key: 'absent', vault: TWO_KEYS, database: TIE },
      { vaultFailed: true },
    ],
    ['another database, and a key that GLPI cannot read', 11, { database: STAGING }, { accessFailed: true }],
    ['a silent database, and a broken vault', 14, { key: 'absent', vault: brokenVault(), database: SILENT }],
    ['a silent database, and a key that GLPI cannot read', 13, { database: SILENT }, { accessFailed: true }],
    ['a lost key that GLPI cannot read', 13, { database: DEAD }, { accessFailed: true }],
  ])('%s: exit %i', (_, code, scene, outcome = {}) => {
    expect(gateOf(scene, outcome, 'enforce').exitCode).toBe(code);
  });
});
