import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/core/finding.ts';
import { findingsOf } from '../../../src/core/findings.ts';
import { judge } from '../../../src/core/judge.ts';
import { plan } from '../../../src/core/plan.ts';
import {
  ACCESS,
  answers,
  brokenVault,
  generation,
  IDENTITY,
  KEY_A,
  KEY_B,
  observe,
  regularFile,
  type Scene,
  silentDatabase,
  valuesOf,
  vaultOf,
} from './build-observation.ts';

const TWO_KEYS = vaultOf(generation(1), generation(2, { key: KEY_B }));

function findings(scene: Scene): Finding[] {
  const observation = observe(scene);
  const judgement = judge(observation);
  const { obstacle } = plan(observation, judgement, { rescue: 'auto' });
  return findingsOf(observation, judgement, obstacle, '/config');
}

function only(scene: Scene): Finding {
  const [first, ...others] = findings(scene);
  if (first === undefined || others.length > 0) throw new Error('expected exactly one finding');
  return first;
}

describe('findings', () => {
  it('are none on a healthy instance', () => {
    expect(findings({})).toEqual([]);
  });

  it('come most serious first', () => {
    const files = { 'config_db.php': regularFile('settings', { links: 2 }), 'oauth.pem': 'half' };

    const found = findings({ files, database: answers(valuesOf({ under: [KEY_A] }, {})), vault: brokenVault() });

    expect(found.map((each) => each.severity)).toEqual(['error', 'warning', 'warning', 'advice']);
  });

  it.each<[string, Scene, Finding['severity']]>([
    ['first-install', { key: 'absent', vault: vaultOf(), database: { kind: 'none' } }, 'info'],
    ['key-wrong', { key: KEY_B, vault: TWO_KEYS }, 'warning'],
    ['key-malformed', { key: { text: 'x', looksLike: 'truncated' } }, 'warning'],
    ['key-unreadable', { key: { kind: 'special', type: 'fifo' } }, 'error'],
    ['key-lost', { database: answers(valuesOf({})) }, 'error'],
    ['key-undecided', { key: 'absent', vault: TWO_KEYS, database: { kind: 'none' } }, 'error'],
    [
      'key-breaks-glpi',
      { breaksGlpi11: true, database: answers(valuesOf({ under: [KEY_A] }), { version: '11.0.6' }) },
      'error',
    ],
    ['other-database', { database: answers([], { identity: { ...IDENTITY, schema: 'staging' } }) }, 'error'],
    ['database-refused', { database: silentDatabase() }, 'error'],
    ['database-tls', { database: silentDatabase({ reason: 'tls' }), stage: 'guard' }, 'warning'],
    ['values-unreadable', { database: answers(valuesOf({ under: [KEY_A] }, {})) }, 'warning'],
    ['values-in-clear', { database: answers(valuesOf({ under: [KEY_A] }, { shaped: false })) }, 'warning'],
    [
      'values-under-other-key',
      { vault: TWO_KEYS, database: answers(valuesOf({ under: [KEY_A] }, { under: [KEY_B] })) },
      'error',
    ],
    ['values-destroyed', { database: answers(valuesOf({ under: [KEY_A], as: 'empty', better: 'escrow' })) }, 'warning'],
    ['vault-unreadable', { vault: brokenVault() }, 'error'],
    ['vault-identity-missing', { vault: vaultOf(generation(1, { sealed: true })) }, 'error'],
    ['config-db-malformed', { databaseFileProblem: 'it is cut short' }, 'error'],
    ['config-directory-unreadable', { configDirectory: 'unreadable' }, 'error'],
    ['file-hard-linked', { files: { 'glpi.key': regularFile('x', { links: 3 }) } }, 'advice'],
    ['file-not-regular', { files: { 'glpi.key': { kind: 'special', type: 'symlink' } } }, 'error'],
    ['file-oversized', { files: { 'glpi.key': { kind: 'oversized', size: 1e10, access: ACCESS } } }, 'error'],
    ['file-unreadable', { files: { 'glpi.key': { kind: 'unreadable', cause: 'EIO' } } }, 'error'],
    ['oauth-pair-incomplete', { files: { 'oauth.pub': 'half' } }, 'warning'],
  ])('hold %s', (code, scene, severity) => {
    expect(only(scene)).toMatchObject({ code, severity });
  });

  it.each<[string, Scene]>([
    [
      'a key-wrong',
      {
        key: KEY_B,
        vault: TWO_KEYS,
        database: answers(valuesOf({ under: [KEY_A] }), { identity: { ...IDENTITY, schema: 'x' } }),
      },
    ],
    ['a key-malformed', { key: { text: 'x', looksLike: 'truncated' }, vault: vaultOf(), database: { kind: 'none' } }],
  ])('call %s an error where something stands in the way of putting it right', (_, scene) => {
    expect(findings(scene).map((each) => each.severity)).not.toContain('warning');
  });
});

describe('the finding of an undecided key', () => {
  const database = answers(valuesOf({ under: [KEY_A] }, { under: [KEY_B] }));

  it('names the keys and how to choose', () => {
    const { message, try: hint } = only({ key: 'absent', vault: TWO_KEYS, database });

    expect(message).toBe(`several keys open the same number of values: ${KEY_B}, ${KEY_A}`);
    expect(hint).toContain('keykeeper restore --generation');
  });

  it('is not told on the word of a sample', () => {
    expect(findings({ key: 'absent', vault: TWO_KEYS, database: { ...database, coverage: 'sample' } })).toEqual([]);
  });
});

describe('the finding of a silent database', () => {
  it.each([
    ['setting', 'KEYKEEPER_DATABASE'],
    ['config_db.php', 'config_db.php'],
    ['environment', 'variables'],
    ['vault', "vault's copy"],
  ] as const)('says where its settings come from: %s', (source, words) => {
    const { message, target } = only({ database: silentDatabase({ source }) });

    expect(target).toBe('db:3306/glpi');
    expect(message).toContain('connection refused');
    expect(message).toContain(words);
  });
});

describe('the finding of a malformed key', () => {
  it.each([
    ['empty', 'empty'],
    ['hex', 'hexadecimal'],
    ['base64', 'base64'],
    ['trailing-newline', 'newline'],
    ['truncated', 'cut short'],
    ['too-long', 'longer'],
  ] as const)('says which mistake it looks like: %s', (looksLike, word) => {
    const { message, target } = only({ key: { text: 'x'.repeat(40), looksLike } });

    expect(target).toBe('/config/glpicrypt.key');
    expect(message).toContain('40 bytes where 32 are expected');
    expect(message).toContain(word);
  });
});

describe('the finding of a lost key', () => {
  const database = answers(valuesOf({}, {}));

  it('says what to do and what never to do', () => {
    const { message, try: hint } = only({ database });

    expect(message).toMatch(/^no known key opens any of the 2 sealed values/);
    expect(message).toMatch(/do not run security:change_key and do not save/i);
    expect(hint).toMatch(/old volumes, backups/);
  });

  it('first takes an empty directory beside an empty vault for the wrong volume', () => {
    expect(only({ key: 'absent', vault: vaultOf(), database }).message).toMatch(
      /^This is probably the wrong volume or path/,
    );
    expect(only({ key: 'absent', database }).message).not.toContain('wrong volume');
    expect(only({ vault: vaultOf(), database }).message).not.toContain('wrong volume');
  });

  it('says where it may have been so before Keykeeper came', () => {
    expect(only({ vault: vaultOf(generation(1, { proof: null })), database }).message).toContain(
      'before Keykeeper came',
    );
    expect(only({ database }).message).not.toContain('before Keykeeper came');
  });
});

describe('the findings about values', () => {
  it('name eight rows and count the rest', () => {
    const dead = Array.from({ length: 10 }, () => ({}));

    const { target, message } = only({ database: answers(valuesOf({ under: [KEY_A] }, ...dead)) });

    expect(target).toMatch(/^glpi_authldaps\.rootdn_passwd #2, .* #9 and 2 more$/);
    expect(message).toMatch(/^10 values open under no known key/);
  });

  it('name a setting by its name', () => {
    const [good, dead] = valuesOf({ under: [KEY_A] }, {});
    if (good === undefined || dead === undefined) throw new Error('two values were asked for');
    const reference = { table: 'glpi_configs', column: 'value', id: 7, context: 'core', name: 'smtp_passwd' };

    const { target, message } = only({ database: answers([good, { ...dead, reference }]) });

    expect(target).toBe('glpi_configs.value (smtp_passwd)');
    expect(message).toMatch(/^1 value opens/);
  });
});

describe('the finding of half an OAuth pair', () => {
  it.each([
    ['oauth.pem', 'oauth.pub'],
    ['oauth.pub', 'oauth.pem'],
  ] as const)('names the half that is missing: %s', (missing, present) => {
    expect(only({ files: { [present]: 'half' } }).target).toBe(`/config/${missing}`);
  });
});

describe('the findings about the vault', () => {
  it('name each damaged file, and why', () => {
    const damaged = [{ file: 'generation-2', reason: 'its checksum does not fit' }];

    const { target, message } = only({ vault: { kind: 'ready', generations: [generation(1)], damaged } });

    expect(target).toBe('generation-2');
    expect(message).toContain('its checksum does not fit');
  });

  it('are none where there is no vault', () => {
    expect(findings({ vault: { kind: 'none' } })).toEqual([]);
  });
});
