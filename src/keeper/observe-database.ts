import { hash } from 'node:crypto';
import type { Sha256 } from '../core/brand.ts';
import type { Circumstances } from '../core/emptied.ts';
import type { EscrowEntry, Generation } from '../core/generation.ts';
import type { DatabaseState } from '../core/observation.ts';
import type { Secret } from '../core/secret.ts';
import type { SecuredPlace } from '../core/secured-place.ts';
import type { Sequence } from '../core/sequence.ts';
import type { Database, RegistrationRow } from '../glpi/database/database.ts';
import { openDatabase } from '../glpi/database/open-database.ts';
import type { DatabaseTarget } from '../glpi/database/target.ts';
import type { ValueHistory, WantedPlace } from '../vault/vault.ts';
import { assessValues } from './assess-values.ts';
import { CONNECT_TIMEOUT } from './choose-database.ts';
import { describeAddress } from './describe-address.ts';
import type { Keyring } from './keyring.ts';
import { observeRegistration } from './observe-registration.ts';
import type { PassMemory } from './pass-memory.ts';

/** What one look at the database gave, with the parts that the pure observation does not carry. */
export interface DatabasePass {
  readonly state: DatabaseState;
  /** Over every value read: equal digests of two full passes mean that nothing changed between them. */
  readonly digest: Sha256 | null;
  readonly registration: Secret<string> | null;
  /** The same, or the key that can be computed back from what GLPI made of it. */
  readonly registrationBehind: Secret<string> | null;
  /** Names the sealed text of its row: another one was written where this changes. Null where there is none. */
  readonly registrationRow: string | null;
  /** The row of the registration key as it stands; null where it was not read. */
  readonly registrationCell: RegistrationRow | null;
  /** The escrow as a capture would write it; null after a sample. */
  readonly escrow: Sequence<EscrowEntry> | null;
}

export interface DatabaseLook {
  readonly target: DatabaseTarget;
  readonly coverage: 'sample' | 'full';
  /** The pass before this one, a settle time ago, and whether the key file is still the same. */
  readonly previous: {
    readonly digest: Sha256 | null;
    readonly sameKey: boolean;
    readonly version: string | null;
  } | null;
  /** What the passes before found out. */
  readonly passMemory: PassMemory;
  readonly keyring: Keyring;
  readonly legacyKeys: readonly Buffer[];
  /** Found by a deep search, and read beside what GLPI is known to seal. */
  readonly places: readonly SecuredPlace[];
  readonly accepted: ReadonlySet<Sha256>;
  /** What tells whether something that is empty now was emptied by an accident. */
  readonly circumstances: Circumstances;
  /** The newest generation that has an escrow, and how to read it. */
  readonly escrowOf: Generation | null;
  readonly readEscrow: (generation: Generation, wanted: WantedPlace) => Promise<readonly EscrowEntry[]>;
  /** Names of the vault's generations: as long as they are the same, its escrows are. */
  readonly generations: readonly string[];
  /** What the vault ever kept of these places; null where nobody asks for it. */
  readonly readHistory: ((wanted: WantedPlace) => Promise<ValueHistory>) | null;
  readonly signal: AbortSignal;
}

/** Opens the database, reads what a judgement needs, and closes it. A database that goes away on the way is `unreachable`. */
export async function observeDatabase(look: DatabaseLook): Promise<DatabasePass> {
  const { target } = look;
  const opened = await openDatabase(target, { connectTimeout: CONNECT_TIMEOUT, signal: look.signal });
  if (opened.kind === 'unreachable') return unreachable(target, opened.reason, opened.message);
  await using database = opened.database;
  try {
    return await readDatabase(database, look);
  } catch (error) {
    if (look.signal.aborted) throw error;
    return unreachable(target, 'lost', error instanceof Error ? error.message : 'the database went away');
  }
}

function unreachable(target: DatabaseTarget, reason: string, message: string): DatabasePass {
  const address = describeAddress(target.hosts);
  const state = {
    kind: 'unreachable',
    source: target.source,
    address,
    schema: target.schema,
    reason,
    message,
  } as const;
  return {
    state,
    digest: null,
    registration: null,
    registrationBehind: null,
    registrationRow: null,
    registrationCell: null,
    escrow: null,
  };
}

async function readDatabase(database: Database, look: DatabaseLook): Promise<DatabasePass> {
  const { target, previous, keyring } = look;
  const found = await database.identify();
  const read = await database.readValues(look.coverage, look.places, look.passMemory.tables);
  const { row } = await database.readRegistration();
  const otherSessions = await database.otherSessions();
  const checkIn = await database.readCheckIn();
  const { values, escrow, kept, emptied, keptForDead, past } = await assessValues({ database, read, found, look });
  const { glpi, version } = found;
  const seen = observeRegistration({ cell: row, glpi, version, keyring, legacyKeys: look.legacyKeys, escrow: kept });
  const sameVersion = previous === null || previous.version === found.version;
  const full = read.coverage === 'full';
  const state: DatabaseState = {
    kind: 'answers',
    source: target.source,
    // Whichever of several hosts answered today, it is the same database.
    identity: { ...found.identity, address: describeAddress(target.hosts) },
    glpi: found.glpi,
    version: found.version,
    coverage: read.coverage,
    settled: full && sameVersion && previous?.sameKey === true && previous.digest === read.digest,
    otherSessions,
    checkIn,
    values,
    emptied,
    keptForDead,
    past,
    registration: seen.row.kind === 'opens' ? seen.row.fingerprint : null,
    registrationRow: seen.row,
    installing: found.partial || !sameVersion,
    escrowDigest: escrow?.digest ?? null,
  };
  const registrationRow = typeof row === 'string' ? null : hash('sha256', row.value, 'hex').slice(0, 16);
  const registrationCell = row;
  return {
    state,
    digest: read.digest,
    registration: seen.row.kind === 'opens' ? seen.key : null,
    registrationBehind: seen.key,
    registrationRow,
    registrationCell,
    escrow: escrow?.entries ?? null,
  };
}
