import { createHash } from 'node:crypto';
import { type Fingerprint, fingerprint, gid, mode, type Sha256, sha256, uid } from '../../../src/core/brand.ts';
import type { DatabaseIdentity, Generation, KeptFile } from '../../../src/core/generation.ts';
import {
  DATABASE_FILE,
  type FileAccess,
  type FileState,
  GUARDED_FILES,
  type GuardedFile,
  type GuardedSet,
  KEY_FILE,
} from '../../../src/core/guarded-set.ts';
import type { Candidate, DatabaseState, KeyState, Observation, VaultState } from '../../../src/core/observation.ts';
import { NO_RECORDS } from '../../../src/core/records.ts';
import { Secret } from '../../../src/core/secret.ts';
import type { Opening, ValueEvidence } from '../../../src/core/value.ts';

/** Three keys of one test instance; the bytes of each are its fingerprint's text, twice. */
export const KEY_A = fingerprint('aaaaaaaaaaaaaaaa');
export const KEY_B = fingerprint('bbbbbbbbbbbbbbbb');
export const KEY_C = fingerprint('cccccccccccccccc');

export const IDENTITY: DatabaseIdentity = {
  address: 'db:3306',
  schema: 'glpi',
  instanceUuid: 'instance-1',
  glpiNetworkUuid: 'network-1',
};

export const ACCESS: FileAccess = { uid: uid(33), gid: gid(33), mode: mode(0o640), links: 1 };
export const ESCROW_DIGEST = digestOf('escrow');

export function digestOf(text: string): Sha256 {
  return sha256(createHash('sha256').update(text).digest('hex'));
}

/** The text that the file of `key` holds. */
export function keyText(key: Fingerprint): string {
  return key + key;
}

export function regularFile(text: string, access: Partial<FileAccess> = {}): FileState & { kind: 'regular' } {
  return {
    kind: 'regular',
    content: new Secret(Buffer.from(text)),
    size: text.length,
    sha256: digestOf(text),
    access: { ...ACCESS, ...access },
    version: digestOf(text).slice(0, 8),
  };
}

export function keptFile(name: GuardedFile, text: string): KeptFile {
  const { content, size, sha256: digest, access } = regularFile(text);
  return { name, size, content, sha256: digest, uid: access.uid, gid: access.gid, mode: access.mode };
}

/** A malformed key file: what it holds and what it looks like. */
export interface MalformedKey {
  readonly text: string;
  readonly looksLike: (KeyState & { kind: 'malformed' })['looksLike'];
}

/** A generation as {@link generation} builds it: `key` and `texts` are put into its files. */
export type GenerationSpec = Partial<Omit<Generation, 'files'>> & {
  readonly key?: Fingerprint | null;
  /** File contents beside the key; `config_db.php` holds `settings` unless named, null leaves it out. */
  readonly texts?: Partial<Record<GuardedFile, string | null>>;
};

/** A generation of the test instance: key A, proven, with config_db.php. */
export function generation(number: number, spec: GenerationSpec = {}): Generation {
  const { key = KEY_A, texts = {}, sealed = false, ...members } = spec;
  const contents: Partial<Record<GuardedFile, string | null>> = { [DATABASE_FILE]: 'settings', ...texts };
  const files = GUARDED_FILES.flatMap((name) => {
    const text = name === KEY_FILE && key !== null ? keyText(key) : contents[name];
    return text === undefined || text === null ? [] : [keptFile(name, text)];
  });
  return {
    id: digestOf(`generation ${number}`),
    number,
    instance: 'glpi',
    createdAt: `2026-01-0${number}T00:00:00Z`,
    reason: 'capture',
    fingerprint: key,
    proof: { tested: 3, opened: 3, real: 3, at: '2026-01-01T00:00:00Z' },
    database: IDENTITY,
    glpiVersion: '10.0.17',
    files: sealed ? files.map((each) => ({ ...each, sha256: null, content: null })) : files,
    removed: [],
    registration: { kind: 'unknown' },
    escrowCount: 1,
    escrowDigest: ESCROW_DIGEST,
    accepted: [],
    verdict: 'sound',
    sealed,
    ...members,
  };
}

export function vaultOf(...generations: Generation[]): VaultState {
  return { kind: 'ready', generations, damaged: [] };
}

export function brokenVault(code = 'vault-unreadable'): VaultState {
  return { kind: 'broken', code, message: 'the vault cannot be read', try: 'ls -la /vault' };
}

export interface ValueSpec {
  readonly id?: number;
  /** Keys under which the value opens. */
  readonly under?: readonly Fingerprint[];
  readonly as?: Opening['as'];
  readonly ours?: boolean;
  readonly class?: ValueEvidence['class'];
  readonly shaped?: boolean;
  readonly sealedColumn?: boolean;
  readonly better?: ValueEvidence['better'];
}

/** A setting that opens under nothing unless `under` says so; shaped like a sealed value. */
export function value(spec: ValueSpec = {}): ValueEvidence {
  const { id = 1, under = [], as = 'real', ours = false } = spec;
  return {
    reference: { table: 'glpi_authldaps', column: 'rootdn_passwd', id },
    class: spec.class ?? 'setting',
    sealedColumn: spec.sealedColumn ?? true,
    shaped: spec.shaped ?? true,
    digest: digestOf(`value ${id}`),
    opens: under.map((each) => ({ fingerprint: each, as, ours })),
    better: spec.better ?? null,
  };
}

/** Values numbered from 1, one for each spec. */
export function valuesOf(...specs: ValueSpec[]): ValueEvidence[] {
  return specs.map((spec, index) => value({ id: index + 1, ...spec }));
}

export type Answer = DatabaseState & { kind: 'answers' };

/** A database that was read in full, twice, with nobody else connected. */
export function answers(values: readonly ValueEvidence[], members: Partial<Answer> = {}): Answer {
  return {
    kind: 'answers',
    source: 'config_db.php',
    identity: IDENTITY,
    glpi: true,
    version: '10.0.17',
    coverage: 'full',
    settled: true,
    otherSessions: 0,
    checkIn: null,
    values,
    emptied: [],
    keptForDead: [],
    past: [],
    registration: null,
    registrationRow: { kind: 'absent' },
    installing: false,
    escrowDigest: ESCROW_DIGEST,
    ...members,
  };
}

export function silentDatabase(members: Partial<DatabaseState & { kind: 'unreachable' }> = {}): DatabaseState {
  const { address, schema } = IDENTITY;
  return {
    kind: 'unreachable',
    source: 'config_db.php',
    address,
    schema,
    reason: 'refused',
    message: 'connection refused',
    ...members,
  };
}

/** A scene: what differs from a healthy instance (key A live, proven, captured, at the gate). */
export type Scene = Partial<Omit<Observation, 'key' | 'files' | 'candidates'>> & {
  readonly key?: Fingerprint | 'absent' | MalformedKey | (FileState & { kind: 'special' | 'unreadable' });
  readonly breaksGlpi11?: boolean;
  /** Keys that malformed bytes decode to. */
  readonly decodesTo?: readonly Fingerprint[];
  /** Files beside the key: their text, a state, or null for absent. */
  readonly files?: Partial<Record<GuardedFile, string | FileState | null>>;
};

export function observe(scene: Scene = {}): Observation {
  const { key = KEY_A, breaksGlpi11 = false, decodesTo = [], files = {}, ...members } = scene;
  const vault = members.vault ?? vaultOf(generation(1));
  return {
    stage: 'gate',
    configDirectory: 'present',
    directoryAccess: { ...ACCESS, mode: mode(0o755) },
    databaseFileProblem: null,
    database: answers(valuesOf({ under: [KEY_A] })),
    glpiRunning: false,
    memory: { trusted: null, files: {} },
    records: NO_RECORDS,
    wish: null,
    at: '2026-01-10T00:00:00Z',
    environmentDatabase: false,
    access: { uid: uid(33), gid: gid(33), newFileMode: mode(0o640) },
    ...members,
    vault,
    files: guardedSet(key, files),
    key: keyState(key, breaksGlpi11),
    candidates: candidatesOf(key, vault, decodesTo),
  };
}

function guardedSet(key: NonNullable<Scene['key']>, files: NonNullable<Scene['files']>): GuardedSet {
  const set = {} as Record<GuardedFile, FileState>;
  for (const name of GUARDED_FILES) {
    const given = files[name] ?? (name === DATABASE_FILE && files[name] !== null ? 'settings' : null);
    set[name] = given === null ? { kind: 'absent' } : typeof given === 'string' ? regularFile(given) : given;
  }
  set[KEY_FILE] = keyFile(key);
  return set;
}

function keyFile(key: NonNullable<Scene['key']>): FileState {
  if (key === 'absent') return { kind: 'absent' };
  if (typeof key === 'string') return regularFile(keyText(key));
  return 'text' in key ? regularFile(key.text) : key;
}

function keyState(key: NonNullable<Scene['key']>, breaksGlpi11: boolean): KeyState {
  if (key === 'absent') return { kind: 'absent' };
  if (typeof key === 'string') return { kind: 'well-formed', fingerprint: key, breaksGlpi11 };
  if ('text' in key) return { kind: 'malformed', size: key.text.length, looksLike: key.looksLike };
  return { kind: 'unreadable', why: key.kind === 'special' ? `is a ${key.type}` : `cannot be read (${key.cause})` };
}

function candidatesOf(
  key: NonNullable<Scene['key']>,
  vault: VaultState,
  decodesTo: readonly Fingerprint[],
): Candidate[] {
  const found = new Map<Fingerprint, Candidate['origin']>();
  if (typeof key === 'string' && key !== 'absent') found.set(key, 'live');
  for (const each of vault.kind === 'ready' ? [...vault.generations].reverse() : []) {
    if (each.fingerprint !== null && !each.sealed && !found.has(each.fingerprint)) found.set(each.fingerprint, 'vault');
  }
  for (const each of decodesTo) if (!found.has(each)) found.set(each, 'decoded');
  return [...found].map(([fingerprintOfKey, origin]) => ({ fingerprint: fingerprintOfKey, origin }));
}
