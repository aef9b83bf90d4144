import type { Fingerprint, Sha256 } from './brand.ts';
import { captureReasons, needsCaptureFirst } from './capture.ts';
import { type GuardedFile, KEY_FILE } from './guarded-set.ts';
import { generationOfKey, keptFile, newestFirst } from './history.ts';
import type { Observation } from './observation.ts';
import { type AccessChange, planAccess } from './plan-access.ts';
import { planDatabaseFile, planOptionalFiles } from './plan-files.ts';
import type { RegistrationSource } from './plan-registration.ts';
import type { RescueStep } from './plan-rescue.ts';
import { planRotation, type WantedRotation } from './plan-rotation.ts';
import { NO_ROW, planGateRows, planRegistrationRow, planRescueRows, type RowPlan } from './plan-rows.ts';
import type { ValueReference } from './value.ts';
import type { Judgement } from './verdict.ts';

/** Where the bytes of a file that is put back come from. */
export type RestoreSource =
  | { readonly kind: 'generation'; readonly number: number; readonly id: string }
  /** As this same watch last saw it under a verdict that trusted it. */
  | { readonly kind: 'memory' }
  /** The live bytes without a newline at their end, or read as hex or base64. */
  | { readonly kind: 'decoded' };

export type Action =
  /** The live key, or malformed bytes in its place, go to the vault before anything else happens. */
  | { readonly action: 'capture-first'; readonly target: GuardedFile; readonly fingerprint: Fingerprint | null }
  | {
      readonly action: 'restore-file';
      readonly target: GuardedFile;
      readonly source: RestoreSource;
      readonly fingerprint: Fingerprint | null;
      /** False: the file is absent, and is created only if it still is. */
      readonly replace: boolean;
    }
  /** Owner and mode of one guarded file are set so that GLPI can read and write it. */
  | { readonly action: 'repair-access'; readonly target: GuardedFile; readonly wanted: AccessChange }
  /** The same for a file that another name shares: a copy with owner and mode takes its place, the other name keeps the old one. */
  | { readonly action: 'separate-file'; readonly target: GuardedFile; readonly wanted: AccessChange }
  /** The same for the config directory itself (or for the empty place where GLPI will make it). */
  | { readonly action: 'repair-directory'; readonly target: 'config'; readonly wanted: AccessChange }
  /** config_db.php is written from the database settings in the environment. */
  | { readonly action: 'write-database-settings'; readonly target: GuardedFile }
  /** Values under other known keys are sealed anew under the live key. */
  | { readonly action: 'reseal-values'; readonly target: string; readonly values: readonly ValueReference[] }
  /** Values that GLPI destroyed or that another key opens are brought back under the live key, in one transaction. */
  | { readonly action: 'rescue-values'; readonly target: string; readonly steps: readonly RescueStep[] }
  /** A new key takes the place of the live one, and every sealed value moves to it. */
  | { readonly action: 'rotate-key'; readonly target: GuardedFile; readonly rotation: WantedRotation }
  /** The rows that the last rescue changed, as they were before, where nobody wrote since. */
  | { readonly action: 'undo-rescue'; readonly target: string }
  /** The row of the registration key is written, or emptied where `fingerprint` is null. */
  | {
      readonly action: 'write-registration';
      readonly target: string;
      readonly fingerprint: Fingerprint | null;
      readonly source: RegistrationSource;
      /** The instance's uid is written with it: the database has none. */
      readonly uid: boolean;
    }
  /** A generation is written; `changed` names what differs from the newest one. */
  | {
      readonly action: 'capture';
      readonly target: 'vault';
      readonly changed: readonly string[];
      readonly proven: boolean;
    }
  /** A generation is written that names more values as given up. */
  | { readonly action: 'accept'; readonly target: 'vault'; readonly values: readonly Sha256[] };

/** What stands between the verdict and doing something about it. */
export type Obstacle =
  | 'elsewhere'
  | 'tie'
  | 'several-untested'
  | 'database-silent'
  | 'lost'
  | 'nothing-known'
  | 'unreadable'
  /** The key to be replaced opens values: only a rotation may do that. */
  | 'in-use'
  | 'vault-broken'
  | 'identity-missing';

export interface Plan {
  readonly actions: readonly Action[];
  readonly obstacle: Obstacle | null;
  /** The registration key is to be written, once every sealed value has held still for the settle time. */
  readonly unsettled?: boolean;
}

export interface PlanOptions {
  /** `auto`: values under other known keys are sealed anew at the gate. */
  readonly rescue: 'auto' | 'ask';
  /** The plan is only shown: what has to settle first is in it. */
  readonly preview?: boolean;
  /** `rescue`: all, and what GLPI destroyed is brought back while it runs. `registration`: the vault and the row of the registration key. `captures`: the vault is written, GLPI's side is not. `accept`: the values that nothing opens are given up. */
  readonly scope?: 'all' | 'captures' | 'accept' | 'registration' | 'rescue' | 'undo-rescue' | 'rotate';
  /** With scope `rescue`: the vault's older values also where a row holds something that nothing opens. */
  readonly older?: boolean;
  /** With scope `rescue`: places for which the vault's last value is taken, see core/plan-rescue.ts. */
  readonly named?: readonly string[];
  /** With scope `rotate`: the key that is to be live. */
  readonly rotation?: WantedRotation;
  /** An operator named this key (`restore --generation`): it is restored unless the live one opens anything. */
  readonly wanted?: Fingerprint;
  /** An operator adopted the database that was found. */
  readonly adopt?: boolean;
}

/**
 * Turns a judgement into actions, in the order in which they are carried out. Pure data: `--dry-run` shows the very
 * plan that would be applied. A judgement that needs more observation gets no action but the first capture.
 */
export function plan(observation: Observation, judgement: Judgement, options: PlanOptions): Plan {
  const first: Action[] = needsCaptureFirst(observation)
    ? [{ action: 'capture-first', target: KEY_FILE, fingerprint: judgement.live }]
    : [];
  if (judgement.need !== 'nothing') return { actions: first, obstacle: null };
  if (judgement.elsewhere !== null && options.adopt !== true) return { actions: first, obstacle: 'elsewhere' };
  if (options.scope === 'accept') return planAccept(observation, judgement, first);
  if (options.scope !== undefined && options.scope !== 'all' && !RUNNING_SCOPES.has(options.scope)) {
    const captures = planCapture(observation, judgement);
    const rows = planScopedRows(observation, judgement, options);
    return { ...rows, actions: [...(captures.length > 0 ? captures : first), ...rows.actions], obstacle: null };
  }
  const key = planKey(observation, judgement, options);
  if (key.obstacle !== null) {
    // Of a lost instance nothing is touched; an unreadable key is exactly what setting owner and mode may cure.
    const repairs = judgement.verdict === 'lost' ? [] : planAccess(observation, judgement);
    return { actions: [...first, ...repairs], obstacle: key.obstacle };
  }
  const restored = restoredKey(key);
  const restores = [
    ...planAccess(observation, judgement),
    ...planOptionalFiles(observation, judgement, restored),
    ...key.actions,
    ...planDatabaseFile(observation, judgement, restored),
  ];
  const reseal = planRunningRows(observation, judgement, options, restores.length);
  // What was put back is looked at again before it is captured.
  const settled = restores.length + reseal.actions.length === 0 && observation.database.kind !== 'deferred';
  const captures = settled ? planCapture(observation, judgement) : [];
  const covered = captures.some((each) => each.action === 'capture') ? [] : first;
  const registration = settled ? planRegistrationRow(observation, judgement, options) : NO_ROW;
  const actions = [...covered, ...restores, ...reseal.actions, ...captures, ...registration.actions];
  const unsettled = reseal.unsettled === true || registration.unsettled === true;
  return { actions, obstacle: null, ...(unsettled ? { unsettled } : {}) };
}

/** Commands of an operator that put files right as `init` does, and then write rows. */
const RUNNING_SCOPES: ReadonlySet<string> = new Set(['rescue', 'rotate']);

function planRunningRows(
  observation: Observation,
  judgement: Judgement,
  options: PlanOptions,
  restores: number,
): RowPlan {
  if (options.scope === 'rescue') return planRescueRows(observation, judgement, options);
  if (options.scope !== 'rotate') return planGateRows(observation, judgement, options);
  // A key is rotated only where nothing else is to be put right.
  return restores === 0 ? planRotation(observation, judgement, options) : NO_ROW;
}

/** What an operator's command does with rows; the files are not its business. */
function planScopedRows(observation: Observation, judgement: Judgement, options: PlanOptions): RowPlan {
  switch (options.scope) {
    case 'registration':
      return planRegistrationRow(observation, judgement, options);
    case 'undo-rescue':
      return planRescueRows(observation, judgement, options);
    default:
      return NO_ROW;
  }
}

function planKey(observation: Observation, judgement: Judgement, options: PlanOptions): Plan {
  // Not even an operator's choice replaces it: its bytes are in no vault.
  if (judgement.verdict === 'unreadable') return obstacle('unreadable');
  if (options.wanted !== undefined) {
    if (options.wanted === judgement.live) return { actions: [], obstacle: null };
    if (judgement.opened > 0) return obstacle('in-use');
    return restoreKey(observation, options.wanted);
  }
  if (judgement.verdict === 'lost') return obstacle(vaultProblem(observation) ?? 'lost');
  const { choice } = judgement;
  switch (choice.kind) {
    case 'keep':
      return { actions: [], obstacle: null };
    case 'wait':
      return obstacle('database-silent');
    case 'tie':
      return obstacle(choice.tested ? 'tie' : 'several-untested');
    case 'nothing':
      if (judgement.firstInstall || observation.database.kind === 'deferred') return { actions: [], obstacle: null };
      if (hasDamage(observation)) return obstacle('vault-broken');
      return obstacle(vaultProblem(observation) ?? (judgement.databaseSilent ? 'database-silent' : 'nothing-known'));
    case 'restore':
      return restoreKey(observation, choice.fingerprint);
  }
}

function restoreKey(observation: Observation, wanted: Fingerprint): Plan {
  const source = sourceOfKey(observation, wanted);
  if (source === null) return obstacle(vaultProblem(observation) ?? 'nothing-known');
  if (source === 'sealed') return obstacle('identity-missing');
  if (wouldLose(observation, wanted)) return obstacle(vaultProblem(observation) ?? 'vault-broken');
  const replace = observation.key.kind !== 'absent';
  return {
    actions: [{ action: 'restore-file', target: KEY_FILE, source, fingerprint: wanted, replace }],
    obstacle: null,
  };
}

/**
 * A key is replaced only where the vault can have taken it first: a well-formed one, and one that is written there as hex,
 * as base64 or with a newline. Bytes that are no key at all do not keep GLPI without its key.
 */
function wouldLose({ vault, key, candidates }: Observation, wanted: Fingerprint): boolean {
  if (vault.kind === 'ready') return false;
  if (key.kind === 'well-formed') return true;
  return candidates.some((each) => each.origin === 'decoded' && each.fingerprint !== wanted);
}

function restoredKey({ actions }: Plan): Fingerprint | null {
  const [restore] = actions;
  return restore?.action === 'restore-file' ? restore.fingerprint : null;
}

function sourceOfKey(observation: Observation, wanted: Fingerprint): RestoreSource | 'sealed' | null {
  if (observation.memory.trusted === wanted && observation.memory.files[KEY_FILE]?.kind === 'regular') {
    return { kind: 'memory' };
  }
  const generations = newestFirst(observation.vault);
  const readable = generationOfKey(
    generations.filter((each) => !each.sealed),
    wanted,
  );
  if (readable !== null) return { kind: 'generation', number: readable.number, id: readable.id };
  const decoded = observation.candidates.some((each) => each.origin === 'decoded' && each.fingerprint === wanted);
  if (decoded) return { kind: 'decoded' };
  return generationOfKey(generations, wanted) === null ? null : 'sealed';
}

function vaultProblem({ vault }: Observation): Obstacle | null {
  if (vault.kind === 'broken') return vault.code === 'vault-identity-missing' ? 'identity-missing' : 'vault-broken';
  return newestFirst(vault).some((each) => each.sealed && keptFile(each, KEY_FILE) !== null)
    ? 'identity-missing'
    : null;
}

/** A generation that cannot be read: what is missed may lie there. */
function hasDamage({ vault }: Observation): boolean {
  return vault.kind === 'ready' && vault.damaged.length > 0;
}

function planAccept(observation: Observation, { verdict, dead, emptied }: Judgement, first: readonly Action[]): Plan {
  if (dead.length + emptied.length === 0) return { actions: first, obstacle: null };
  // A key that could not be read may open them: the live one, or one that is encrypted in the vault.
  if (verdict === 'unreadable') return { actions: first, obstacle: 'unreadable' };
  if (vaultProblem(observation) === 'identity-missing') return { actions: first, obstacle: 'identity-missing' };
  const values = [...dead, ...emptied].map((each) => each.digest);
  return { actions: [...first, { action: 'accept', target: 'vault', values }], obstacle: null };
}

function planCapture(observation: Observation, judgement: Judgement): Action[] {
  const changed = captureReasons(observation, judgement);
  if (changed.length === 0) return [];
  return [{ action: 'capture', target: 'vault', changed, proven: judgement.real > 0 }];
}

function obstacle(name: Obstacle): Plan {
  return { actions: [], obstacle: name };
}
