import fc from 'fast-check';
import { type Fingerprint, gid, mode, uid } from '../../../src/core/brand.ts';
import type { Generation } from '../../../src/core/generation.ts';
import { DATABASE_FILE, GUARDED_FILES, type GuardedFile, KEY_FILE } from '../../../src/core/guarded-set.ts';
import type { DatabaseState, Memory, Observation, VaultState } from '../../../src/core/observation.ts';
import type { PlanOptions } from '../../../src/core/plan.ts';
import {
  answers,
  brokenVault,
  generation,
  IDENTITY,
  KEY_A,
  KEY_B,
  KEY_C,
  keyText,
  observe,
  regularFile,
  type Scene,
  silentDatabase,
  value,
  vaultOf,
} from './build-observation.ts';

const KEYS = [KEY_A, KEY_B, KEY_C] as const;
const OTHER_FILES = GUARDED_FILES.filter((name) => name !== KEY_FILE);

const anyKey = fc.constantFrom(...KEYS);
const someFiles = fc.subarray(OTHER_FILES);
const optionalFiles = fc.subarray(OTHER_FILES.filter((name) => name !== DATABASE_FILE));
/** Two texts, so that a live file can differ from a kept one. */
const fileText = fc.constantFrom('settings', 'edited');
const identity = fc.oneof(
  { weight: 4, arbitrary: fc.constant(IDENTITY) },
  fc.constant({ ...IDENTITY, schema: 'other' }),
);

const anyGeneration: fc.Arbitrary<(number: number) => Generation> = fc
  .record({
    key: fc.option(anyKey, { freq: 6 }),
    proven: fc.boolean(),
    database: fc.option(identity),
    texts: fc.dictionary(fc.constantFrom(...OTHER_FILES), fc.option(fileText)),
    removed: optionalFiles,
    sealing: fc.integer({ min: 0, max: 5 }),
    day: fc.integer({ min: 10, max: 28 }),
  })
  .map(({ key, proven, database, texts, removed, sealing, day }) => (number: number) => {
    const members = proven && key !== null ? {} : { proof: null };
    const createdAt = `2026-01-${day}T00:00:00Z`;
    return generation(number, { key, database, texts, removed, createdAt, sealed: sealing === 0, ...members });
  });

const anyVault: fc.Arbitrary<VaultState> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .array(anyGeneration, { maxLength: 4 })
      .map((makers) => vaultOf(...makers.map((make, index) => make(index + 1)))),
  },
  fc.constantFrom(brokenVault(), brokenVault('vault-identity-missing'), { kind: 'none' } as const),
);

const anyValue = fc.record({
  under: fc.subarray([...KEYS], { maxLength: 2 }),
  as: fc.constantFrom('real', 'real', 'empty', 'garbled'),
  ours: fc.boolean(),
  class: fc.constantFrom('setting', 'token'),
  shaped: fc.boolean(),
  sealedColumn: fc.boolean(),
  better: fc.constantFrom(null, null, 'escrow', 'inverse'),
} as const);

const anyAnswer: fc.Arbitrary<DatabaseState> = fc
  .record({
    source: fc.constantFrom('setting', 'config_db.php', 'environment', 'vault'),
    identity,
    glpi: fc.boolean(),
    version: fc.constantFrom('9.5.6', '10.0.17', '11.0.6', null),
    coverage: fc.constantFrom('full', 'full', 'full', 'sample'),
    settled: fc.boolean(),
    otherSessions: fc.constantFrom(0, 1, null),
    checkIn: fc.constant(null),
    specs: fc.array(anyValue, { maxLength: 6 }),
  } as const)
  .map(({ specs, ...members }) =>
    answers(
      specs.map((spec, index) => value({ ...spec, id: index + 1, shaped: spec.shaped || spec.under.length > 0 })),
      members,
    ),
  );

const anyDatabase: fc.Arbitrary<DatabaseState> = fc.oneof(
  { weight: 8, arbitrary: anyAnswer },
  fc
    .record({
      source: fc.constantFrom('config_db.php', 'environment', 'vault'),
      schema: fc.constantFrom('glpi', 'other'),
    } as const)
    .map(silentDatabase),
  fc.constantFrom({ kind: 'none' }, { kind: 'deferred' }, { kind: 'unconfigured' } as const),
);

const anyLiveKey: fc.Arbitrary<NonNullable<Scene['key']>> = fc.oneof(
  { weight: 5, arbitrary: anyKey },
  { weight: 3, arbitrary: fc.constant('absent' as const) },
  fc.constantFrom(
    { text: '', looksLike: 'empty' } as const,
    { text: 'no key', looksLike: 'truncated' } as const,
    { kind: 'special', type: 'symlink' } as const,
    { kind: 'unreadable', cause: 'EACCES', access: { uid: uid(0), gid: gid(0), mode: mode(0), links: 1 } } as const,
  ),
);

const anyMemory: fc.Arbitrary<Memory> = fc
  .record({ trusted: fc.option(anyKey, { freq: 2 }), names: someFiles, bytes: fc.boolean() })
  .map(({ trusted, names, bytes }) => {
    const files = Object.fromEntries(names.map((name) => [name, regularFile('settings')]));
    return {
      trusted,
      files: bytes && trusted !== null ? { ...files, [KEY_FILE]: regularFile(keyText(trusted)) } : files,
    };
  });

/** Any scene whose parts fit each other. */
export const anyScene: fc.Arbitrary<Scene> = fc
  .record({
    key: anyLiveKey,
    decodesTo: fc.subarray([...KEYS], { maxLength: 1 }),
    present: fc.dictionary(fc.constantFrom(...OTHER_FILES), fileText),
    vault: anyVault,
    database: anyDatabase,
    stage: fc.constantFrom('gate', 'guard', 'ask'),
    glpiRunning: fc.constantFrom(true, false, null),
    memory: anyMemory,
    environmentDatabase: fc.boolean(),
  } as const)
  .map(({ present, key, decodesTo, ...members }) => ({
    ...members,
    key,
    decodesTo: typeof key === 'object' && 'text' in key && key.text !== '' ? decodesTo : [],
    files: { [DATABASE_FILE]: null, ...present },
  }));

/** What the keeper passes: no key and no database that an operator named. */
export const unattended: fc.Arbitrary<PlanOptions> = fc.record({ rescue: fc.constantFrom('auto', 'ask') } as const);

/** The same with an operator at hand. */
export const attended: fc.Arbitrary<PlanOptions> = fc.record(
  {
    rescue: fc.constantFrom('auto', 'ask'),
    scope: fc.constantFrom('all', 'all', 'captures', 'accept'),
    wanted: anyKey,
    adopt: fc.boolean(),
  } as const,
  { requiredKeys: ['rescue'] },
);

/** Observes a scene; only known keys open values, as only they can be tried. */
export function observeScene(scene: Scene): Observation {
  const observation = observe(scene);
  const { database } = observation;
  if (database.kind !== 'answers') return observation;
  const known = new Set<Fingerprint>(observation.candidates.map((each) => each.fingerprint));
  const values = database.values.map((each) => {
    const opens = each.opens.filter((opening) => known.has(opening.fingerprint));
    return { ...each, opens, better: opens.length === 0 ? null : each.better };
  });
  return { ...observation, database: { ...database, values } };
}

export function isPresent(observation: Observation, name: GuardedFile): boolean {
  return observation.files[name].kind !== 'absent';
}
