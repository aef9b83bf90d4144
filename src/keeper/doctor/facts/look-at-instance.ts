import { NO_RECORDS } from '../../../core/records.ts';
import { lookAtVault, type VaultOpener } from '../../look-at-vault.ts';
import type { VaultLook } from '../../observe.ts';
import { passMemory } from '../../pass-memory.ts';
import { type Reconciliation, reconcile } from '../../reconcile.ts';
import { wishOfSettings } from '../../registration-wish.ts';
import { NOTHING_REMEMBERED } from '../../remember.ts';
import type { DoctorOrder } from '../doctor-order.ts';
import { within } from '../within.ts';
import type { PlacesFact } from './look-at-places.ts';

export interface InstanceFact {
  /** As found; nothing is applied. */
  readonly result: Reconciliation;
  /** Why the database was not asked to the end; null where it was, or had not to be. */
  readonly late: string | null;
  /** Why there is no vault to look at; null where there is one. */
  readonly withoutVault: string | null;
}

/** For reaching the database and judging from it, in ms; more than the wait for one connection. */
const DATABASE_LIMIT = 8_000;
/** For reading large tables whole, in ms: else what a sample says is all there is. */
const FULL_LIMIT = 12_000;

/** The keeper's own way through, up to its plan: nothing is written, no lease is taken. */
export async function lookAtInstance(
  order: DoctorOrder,
  openVault: VaultOpener,
  { vault: place }: PlacesFact,
): Promise<InstanceFact> {
  const { signal } = order;
  const { look, why } = await lookForVault(openVault, place);
  const memory = passMemory();
  const run = (depth: 'files' | 'sample' | 'full', within: AbortSignal) => judge(order, look, depth, memory, within);
  const sampled = await within(DATABASE_LIMIT, signal, (limited) => run('sample', limited));
  if (sampled.kind === 'late') {
    const late = `the database had not answered after ${DATABASE_LIMIT / 1000} s`;
    return { result: await run('files', signal), late, withoutVault: why };
  }
  const { database } = sampled.value.after.pass.observation;
  if (database.kind !== 'answers' || database.coverage === 'full') {
    return { result: sampled.value, late: null, withoutVault: why };
  }
  const full = await within(FULL_LIMIT, signal, (limited) => run('full', limited));
  if (full.kind === 'in-time') return { result: full.value, late: null, withoutVault: why };
  const late = `the larger tables could not be read whole within ${FULL_LIMIT / 1000} s, so a sample of them was`;
  return { result: sampled.value, late, withoutVault: why };
}

async function judge(
  { settings, now }: DoctorOrder,
  look: VaultLook,
  depth: 'files' | 'sample' | 'full',
  memory: ReturnType<typeof passMemory>,
  signal: AbortSignal,
): Promise<Reconciliation> {
  return await reconcile({
    settings,
    stage: 'ask',
    depth,
    lookAtVault: async () => look,
    memory: NOTHING_REMEMBERED,
    glpiRunning: null,
    container: null,
    platform: 'none',
    until: 'plan',
    reason: 'doctor',
    passMemory: memory,
    asked: {},
    wish: wishOfSettings(settings),
    platformFindings: [],
    now,
    signal,
  });
}

/** Where nothing is mounted for the vault and nothing was ever kept there, this is a look before the installation. */
async function lookForVault(
  open: VaultOpener,
  place: PlacesFact['vault'],
): Promise<{ readonly look: VaultLook; readonly why: string | null }> {
  const look = await lookAtVault(open);
  const none = (why: string) => ({ look: { vault: null, state: { kind: 'none' }, records: NO_RECORDS } as const, why });
  const { state } = look;
  if (state.kind === 'broken' && state.code === 'vault-missing') return none(state.message);
  const unmounted = place !== null && place.keeping === 'container' && place.folderMode === null;
  if (unmounted && state.kind === 'ready' && state.generations.length === 0) {
    return none(`no volume is mounted at ${place.path}`);
  }
  return { look, why: null };
}
