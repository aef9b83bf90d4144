import type { Settings } from '../config/settings.ts';
import type { AbsolutePath } from '../core/brand.ts';
import { Failure } from '../core/failure.ts';
import type { Generation } from '../core/generation.ts';
import { type GuardedSet, KEY_FILE } from '../core/guarded-set.ts';
import { newestFirst } from '../core/history.ts';
import type { DatabaseState, Memory, Observation, VaultState } from '../core/observation.ts';
import type { Records } from '../core/records.ts';
import type { RegistrationWish } from '../core/registration.ts';
import { nearestDirectory } from '../files/nearest-directory.ts';
import { type GuardedDirectory, readGuardedSet } from '../files/read-file.ts';
import type { ValueHistory, Vault, WantedPlace } from '../vault/vault.ts';
import { chooseDatabase } from './choose-database.ts';
import { refuseToFollow } from './follow-database.ts';
import { collectKeys, type Keyring, keyStateOf } from './keyring.ts';
import type { DatabasePass } from './observe-database.ts';
import { type PassMemory, passMemory } from './pass-memory.ts';
import { pause } from './pause.ts';
import { ownPrincipal, wantedAccess } from './wanted-access.ts';

/** An observation with the bytes and texts that only applying needs. */
export interface Pass {
  readonly observation: Observation;
  readonly keyring: Keyring;
  readonly database: DatabasePass;
}

export interface VaultLook {
  readonly state: VaultState;
  readonly records: Records;
  /** Null where the vault is broken. */
  readonly vault: Vault | null;
}

export interface Look {
  readonly settings: Settings;
  readonly stage: Observation['stage'];
  /** `files`: the database is not asked. */
  readonly depth: 'files' | 'sample' | 'full';
  readonly vault: VaultLook;
  readonly memory: Memory;
  readonly glpiRunning: boolean | null;
  readonly wish: RegistrationWish | null;
  readonly now: () => Date;
  readonly previous: Pass | null;
  /** What earlier passes of the same run found out. */
  readonly passMemory?: PassMemory;
  /** Older generations are looked through for what was lost long ago, too. */
  readonly history?: boolean;
  /** A person said that the database found is the right one. */
  readonly adopt?: boolean;
  readonly signal: AbortSignal;
}

/** A wrong-length key file is read again after this, in ms: GLPI truncates, then writes. */
const SECOND_READING = 15;

const DEFERRED: DatabasePass = {
  state: { kind: 'deferred' },
  digest: null,
  registration: null,
  registrationBehind: null,
  registrationCell: null,
  registrationRow: null,
  escrow: null,
};

/** Looks at files, vault and database once. Reads only. */
export async function observe(look: Look): Promise<Pass> {
  const { settings, memory, stage } = look;
  const { directory, files } = await readFiles(look);
  const generations = newestFirst(look.vault.state);
  const keyring = collectKeys(files[KEY_FILE], look.vault.state.kind === 'ready' ? look.vault.state.generations : []);
  const key = keyStateOf(files[KEY_FILE]);
  const choice = chooseDatabase(settings, files, generations);
  const database = look.depth === 'files' ? DEFERRED : await observeChosen(look, choice, files, keyring);
  const nearest = nearestDirectory(settings.configDir)?.access ?? null;
  const observation: Observation = {
    at: look.now().toISOString(),
    stage,
    configDirectory: directory,
    directoryAccess: nearest,
    files,
    key,
    databaseFileProblem: choice.kind === 'none' ? null : choice.problem,
    vault: look.vault.state,
    records: look.vault.records,
    wish: look.wish,
    candidates: keyring.candidates,
    database: database.state,
    glpiRunning: look.glpiRunning,
    memory,
    environmentDatabase: settings.environmentDatabase !== null,
    access: wantedAccess(settings, directory === 'present' ? nearest : null, ownPrincipal(), generations),
  };
  return { observation, keyring, database };
}

async function readFiles({ settings: { configDir }, signal }: Look) {
  const first = readAgainWhereRefused(configDir);
  const key = first.files[KEY_FILE];
  if (keyStateOf(key).kind !== 'malformed') return first;
  await pause(SECOND_READING, signal);
  return readGuardedSet(configDir);
}

/**
 * A single refusal (a network file system that was away, a call that a signal ended) must not stand for what lies there: an
 * OAuth pair that cannot be looked at while the key comes back would stay away, and count as removed on purpose ever after.
 */
function readAgainWhereRefused(configDir: AbsolutePath): GuardedDirectory {
  const first = readGuardedSet(configDir);
  const isRefused = Object.values(first.files).some(({ kind }) => kind === 'unreadable');
  return isRefused ? readGuardedSet(configDir) : first;
}

async function observeChosen(
  look: Look,
  choice: ReturnType<typeof chooseDatabase>,
  files: GuardedSet,
  keyring: Keyring,
): Promise<DatabasePass> {
  if (choice.kind !== 'target') return { ...DEFERRED, state: { kind: choice.kind } satisfies DatabaseState };
  const generations = newestFirst(look.vault.state);
  const refused = refuseToFollow(choice.target, look.settings, generations, look.adopt === true);
  if (refused !== null) return { ...DEFERRED, state: refused };
  // Loaded only where there is a database to ask: its sockets and TLS are a fifth of the time of an init without one.
  const { observeDatabase } = await import('./observe-database.ts');
  const { legacyKeysOf } = await import('./legacy-keys.ts');
  const { previous, vault } = look;
  const live = keyStateOf(files[KEY_FILE]);
  const fingerprint = live.kind === 'well-formed' ? live.fingerprint : null;
  return observeDatabase({
    target: choice.target,
    coverage: look.depth === 'full' ? 'full' : 'sample',
    previous:
      previous === null
        ? null
        : {
            digest: previous.database.digest,
            sameKey: liveFingerprint(previous.observation) === fingerprint,
            version: versionOf(previous.observation),
          },
    passMemory: look.passMemory ?? passMemory(),
    keyring,
    legacyKeys: legacyKeysOf(files['glpi.key'], generations),
    places: vault.records.places,
    accepted: new Set(generations[0]?.accepted ?? []),
    circumstances: {
      at: look.now().toISOString(),
      live: fingerprint,
      chronicle: vault.records.chronicle,
      memory: vault.records.rescue,
    },
    escrowOf: generations.find((each) => each.escrowCount > 0) ?? null,
    readEscrow: (generation, wanted) => readEscrow(vault.vault, generation, wanted),
    generations: generations.map(({ id }) => id),
    readHistory: look.history === true ? (wanted) => readHistory(vault.vault, wanted) : null,
    signal: look.signal,
  });
}

async function readEscrow(vault: Vault | null, generation: Generation, wanted: WantedPlace) {
  if (vault === null || generation.sealed) return [];
  return (await vault.escrow(generation, wanted)).entries;
}

/** Without an identity nothing of it can be read. */
async function readHistory(vault: Vault | null, wanted: WantedPlace): Promise<ValueHistory> {
  const nothing = { values: new Map(), places: new Map(), damaged: [] };
  try {
    return (await vault?.history(wanted)) ?? nothing;
  } catch (error) {
    if (error instanceof Failure && error.code === 'vault-identity-missing') return nothing;
    throw error;
  }
}

/** Fingerprint of the live key of an observation, or null where there is no well-formed one. */
export function liveFingerprint({ key }: Observation) {
  return key.kind === 'well-formed' ? key.fingerprint : null;
}

function versionOf({ database }: Observation): string | null {
  return database.kind === 'answers' ? database.version : null;
}

/** The vault's state from a failure that keeps it from being used. */
export function brokenVault(failure: Failure): VaultState {
  return { kind: 'broken', code: failure.code, message: failure.message, try: failure.try ?? '' };
}
