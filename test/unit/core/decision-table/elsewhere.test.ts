import { describe, expect, it } from 'vitest';
import {
  type Answer,
  answers,
  brokenVault,
  generation,
  IDENTITY,
  KEY_A,
  KEY_B,
  observe,
  silentDatabase,
  valuesOf,
  vaultOf,
} from '../build-observation.ts';
import { decide } from '../decide.ts';
import { capture, captureFirst, createFile, createKey, from } from '../expected-actions.ts';

function other(identity: Partial<Answer['identity']>): Answer {
  return answers(valuesOf({ under: [KEY_A] }), { identity: { ...IDENTITY, ...identity } });
}

describe('another database or instance than the vault knows', () => {
  it.each([
    ['address', { address: 'staging:3306' }],
    ['schema', { schema: 'glpi_staging' }],
    ['instanceUuid', { instanceUuid: 'instance-2' }],
    ['glpiNetworkUuid', { glpiNetworkUuid: 'network-2' }],
  ] as const)('restores and writes nothing when %s differs', (_, identity) => {
    const decision = decide(observe({ key: 'absent', files: { 'config_db.php': null }, database: other(identity) }));

    expect(decision).toMatchObject({ obstacle: 'elsewhere', actions: [], codes: ['other-database'] });
  });

  it('saves an unknown live key and captures nothing else', () => {
    const decision = decide(observe({ key: KEY_B, database: other({ schema: 'staging' }) }));

    expect(decision).toMatchObject({ obstacle: 'elsewhere', actions: [captureFirst(KEY_B)] });
  });

  it('captures nothing although the live key is sound there', () => {
    const decision = decide(observe({ database: other({ schema: 'staging' }) }));

    expect(decision).toMatchObject({ verdict: 'sound', obstacle: 'elsewhere', actions: [] });
  });

  it("restores nothing by an operator's choice of a key alone", () => {
    const decision = decide(observe({ key: 'absent', database: other({ schema: 'staging' }) }), { wanted: KEY_A });

    expect(decision).toMatchObject({ obstacle: 'elsewhere', actions: [] });
  });

  it('restores once an operator adopts the database', () => {
    const scene = { key: 'absent', files: { 'config_db.php': null }, database: other({ schema: 'moved' }) } as const;

    const decision = decide(observe(scene), { adopt: true });

    expect(decision.actions).toEqual([createKey(KEY_A, from(1)), createFile('config_db.php', from(1))]);
  });

  it.each(['address', 'schema'] as const)(
    'leads GLPI to the adopted database of the environment: another %s',
    (member) => {
      const identity = { ...IDENTITY, [member]: 'moved' };
      const database = answers(valuesOf({ under: [KEY_A] }), { identity, source: 'environment' });
      const scene = { key: 'absent', files: { 'config_db.php': null }, environmentDatabase: true, database } as const;

      const decision = decide(observe(scene), { adopt: true });

      const written = { action: 'write-database-settings', target: 'config_db.php' };
      expect(decision.actions).toEqual([createKey(KEY_A, from(1)), written]);
    },
  );

  it('records the adopted database in a new generation', () => {
    const decision = decide(observe({ database: other({ schema: 'moved' }) }), { adopt: true });

    expect(decision.actions).toEqual([capture(['database'])]);
  });

  it('is told by address and schema where the database does not answer', () => {
    const database = silentDatabase({ address: 'staging:3306' });

    const decision = decide(observe({ key: 'absent', stage: 'guard', database }));

    expect(decision).toMatchObject({ obstacle: 'elsewhere', actions: [] });
  });

  it('goes by the newest generation that names a database', () => {
    const old = generation(1, { database: { ...IDENTITY, address: 'old:3306' } });
    const vault = vaultOf(old, generation(2), generation(3, { database: null }));

    const decision = decide(observe({ vault }));

    expect(decision.obstacle).toBeNull();
  });

  it.each<[string, Parameters<typeof observe>[0]]>([
    ['the database has no ids yet', { database: other({ instanceUuid: null, glpiNetworkUuid: null }) }],
    [
      'the vault has no ids yet',
      { vault: vaultOf(generation(1, { database: { ...IDENTITY, instanceUuid: null, glpiNetworkUuid: null } })) },
    ],
    ['no generation names a database', { vault: vaultOf(generation(1, { database: null })) }],
    ['the vault is empty', { vault: vaultOf() }],
    ['the vault cannot be read', { vault: brokenVault() }],
    ['there is no database by choice', { database: { kind: 'none' } }],
  ])('is not said when %s', (_, scene) => {
    const decision = decide(observe(scene));

    expect(decision.obstacle).toBeNull();
  });
});
