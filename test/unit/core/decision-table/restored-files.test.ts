import { describe, expect, it } from 'vitest';
import {
  answers,
  generation,
  KEY_A,
  KEY_B,
  observe,
  regularFile,
  type Scene,
  silentDatabase,
  valuesOf,
  vaultOf,
} from '../build-observation.ts';
import { decide } from '../decide.ts';
import { capture, createFile, createKey, FROM_MEMORY, from } from '../expected-actions.ts';

const OPENS = valuesOf({ under: [KEY_A] });
const WRITE_SETTINGS = { action: 'write-database-settings', target: 'config_db.php' };
const NO_SETTINGS = { 'config_db.php': null } as const;

describe('config_db.php', () => {
  it('comes back in the same run as the key, after it', () => {
    const decision = decide(observe({ key: 'absent', files: NO_SETTINGS }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(1)), createFile('config_db.php', from(1))]);
  });

  it('comes back alone beside a live key, before the auto-install makes a new one', () => {
    const decision = decide(observe({ files: NO_SETTINGS }));

    expect(decision).toMatchObject({ verdict: 'sound', actions: [createFile('config_db.php', from(1))] });
  });

  it('comes from the newest generation that holds it, whichever key was chosen', () => {
    const vault = vaultOf(
      generation(1),
      generation(2, { key: KEY_B, proof: null }),
      generation(3, { key: KEY_B, proof: null, texts: NO_SETTINGS }),
    );

    const decision = decide(observe({ key: 'absent', files: NO_SETTINGS, vault }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(1)), createFile('config_db.php', from(2))]);
  });

  it('is never overwritten: a live one that differs is captured', () => {
    const decision = decide(observe({ files: { 'config_db.php': 'edited' } }));

    expect(decision.actions).toEqual([capture(['config_db.php'])]);
  });

  it('is left where it stands when it makes no sense, and told', () => {
    const files = { 'config_db.php': '<?php' };

    const decision = decide(observe({ key: 'absent', files, databaseFileProblem: 'it is cut short' }));

    expect(decision).toMatchObject({ actions: [createKey(KEY_A, from(1))], codes: ['config-db-malformed'] });
  });

  it.each<[string, Scene]>([
    [
      'the answering database that the vault alone names holds no GLPI',
      { database: answers([], { source: 'vault', glpi: false }) },
    ],
    [
      'the database that the vault alone names does not answer at the gate',
      { database: silentDatabase({ source: 'vault' }) },
    ],
    ['its only copy is sealed', { vault: vaultOf(generation(1, { sealed: true })) }],
    ['the vault never had it', { vault: vaultOf(generation(1, { texts: NO_SETTINGS })) }],
  ])('does not come back when %s', (_, scene) => {
    const decision = decide(observe({ files: NO_SETTINGS, ...scene }));

    expect(decision.actions).not.toContainEqual(expect.objectContaining({ target: 'config_db.php' }));
  });

  it.each<[string, Scene]>([
    [
      "the database that the vault alone names answers and is GLPI's",
      { database: answers(OPENS, { source: 'vault' }) },
    ],
    ['a database named elsewhere holds no GLPI yet', { database: answers([], { source: 'environment', glpi: false }) }],
    ['a database named elsewhere does not answer', { database: silentDatabase({ source: 'environment' }) }],
    [
      "GLPI is there already and the vault's database is silent",
      { database: silentDatabase({ source: 'vault' }), stage: 'guard' },
    ],
    ['there is no database by choice', { database: { kind: 'none' } }],
  ])('comes back when %s', (_, scene) => {
    const decision = decide(observe({ files: NO_SETTINGS, ...scene }));

    expect(decision.actions).toEqual([createFile('config_db.php', from(1))]);
  });
});

describe('config_db.php written from the environment', () => {
  const vault = vaultOf(generation(1, { texts: NO_SETTINGS }));
  const database = answers(OPENS, { source: 'environment' });
  const scene = { files: NO_SETTINGS, environmentDatabase: true, vault, database } as const;

  it('is written where the vault has none and that database holds GLPI', () => {
    expect(decide(observe(scene)).actions).toEqual([WRITE_SETTINGS]);
  });

  it('is written with the key that is brought back', () => {
    expect(decide(observe({ ...scene, key: 'absent' })).actions).toEqual([createKey(KEY_A, from(1)), WRITE_SETTINGS]);
  });

  it.each<[string, Scene]>([
    ['the environment is not complete', { environmentDatabase: false }],
    ['that database holds no GLPI', { database: answers([], { source: 'environment', glpi: false }) }],
    ['that database does not answer', { database: silentDatabase({ source: 'environment' }) }],
    ["the database that was looked at is another setting's", { database: answers(OPENS, { source: 'setting' }) }],
    ['the file is there', { files: {} }],
  ])('is not written when %s', (_, more) => {
    expect(decide(observe({ ...scene, ...more })).actions).not.toContainEqual(WRITE_SETTINGS);
  });

  it("gives way to the vault's copy", () => {
    expect(decide(observe({ ...scene, vault: vaultOf(generation(1)) })).actions).toEqual([
      createFile('config_db.php', from(1)),
    ]);
  });
});

describe('optional files', () => {
  const texts = { 'local_define.php': 'define', 'config_db_slave.php': 'replica', 'glpi.key': 'legacy' };
  const vault = vaultOf(generation(1, { texts }));
  const OPTIONAL = [
    createFile('config_db_slave.php', from(1)),
    createFile('local_define.php', from(1)),
    createFile('glpi.key', from(1)),
  ];

  it('come back with an absent key, before it, so that a killed run still finds the set lost', () => {
    expect(decide(observe({ key: 'absent', vault })).actions).toEqual([...OPTIONAL, createKey(KEY_A, from(1))]);
  });

  it('come back with an absent config_db.php, before it', () => {
    expect(decide(observe({ files: NO_SETTINGS, vault })).actions).toEqual([
      ...OPTIONAL,
      createFile('config_db.php', from(1)),
    ]);
  });

  it('stay away where they alone are absent: an administrator removed them, and that is captured', () => {
    expect(decide(observe({ vault })).actions).toEqual([
      capture(['config_db_slave.php', 'local_define.php', 'glpi.key']),
    ]);
  });

  it('stay away once they were captured as removed', () => {
    const removed = generation(2, { removed: ['local_define.php'] });

    const decision = decide(observe({ key: 'absent', vault: vaultOf(generation(1, { texts }), removed) }));

    expect(decision.actions).toEqual([OPTIONAL[0], OPTIONAL[2], createKey(KEY_A, from(2))]);
  });

  it('come back when they were put back after they had been removed', () => {
    const generations = [
      generation(1, { removed: ['local_define.php'] }),
      generation(2, { texts: { 'local_define.php': 'define' } }),
      generation(3),
    ];

    const decision = decide(observe({ key: 'absent', vault: vaultOf(...generations) }));

    expect(decision.actions).toContainEqual(createFile('local_define.php', from(2)));
  });

  it('are left where they stand, differing or not even files', () => {
    const files = { 'local_define.php': 'edited', 'glpi.key': { kind: 'special', type: 'symlink' } } as const;

    const decision = decide(observe({ key: 'absent', files, vault }));

    expect(decision.actions).toEqual([OPTIONAL[0], createKey(KEY_A, from(1))]);
    expect(decision.codes).toEqual(['file-not-regular']);
  });

  it('come from memory while watching, where this watch saw them', () => {
    const memory = { trusted: KEY_A, files: { 'local_define.php': regularFile('newer') } };

    const decision = decide(observe({ stage: 'guard', files: NO_SETTINGS, vault, memory }));

    expect(decision.actions).toContainEqual(createFile('local_define.php', FROM_MEMORY));
    expect(decision.actions).toContainEqual(createFile('glpi.key', from(1)));
  });

  it('do not come from a memory under which nothing was trusted', () => {
    const memory = { trusted: null, files: { 'local_define.php': regularFile('newer') } };

    const decision = decide(observe({ stage: 'guard', files: NO_SETTINGS, vault, memory }));

    expect(decision.actions).toContainEqual(createFile('local_define.php', from(1)));
  });
});
