import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import type { RowsAction } from '../core/action-kind.ts';
import { type AbsolutePath, absolutePath } from '../core/brand.ts';
import { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import type { Generation } from '../core/generation.ts';
import { KEY_FILE } from '../core/guarded-set.ts';
import type { Action, Plan } from '../core/plan.ts';
import { canRead } from '../core/plan-access.ts';
import type { RescueStep } from '../core/plan-rescue.ts';
import type { Secret } from '../core/secret.ts';
import type { ValueReference } from '../core/value.ts';
import type { Judgement } from '../core/verdict.ts';
import { repairAccess } from '../files/access.ts';
import { ensureDirectoryUsable } from '../files/directory-access.ts';
import { nearestDirectory } from '../files/nearest-directory.ts';
import type { TableMemory } from '../glpi/database/table-memory.ts';
import type { Vault } from '../vault/vault.ts';
import { draftOf, draftOfBytes } from './build-draft.ts';
import { type Failed, NOTHING_FAILED } from './failed.ts';
import type { Pass } from './observe.ts';
import { putFile } from './put-file.ts';
import { separateFile } from './separate-file.ts';

/** One action of the plan and how it went. */
export interface ActionReport {
  readonly action: Action['action'];
  readonly target: string;
  readonly done: boolean;
  /** What a person reads: `from generation 7`, `33:33 0640`, … Never a secret. */
  readonly detail: string;
}

export interface Applied extends Failed {
  readonly reports: readonly ActionReport[];
  readonly findings: readonly Finding[];
  readonly generation: Generation | null;
}

export interface ApplyContext {
  readonly settings: Settings;
  readonly pass: Pass;
  readonly judgement: Judgement;
  readonly vault: Vault | null;
  readonly reason: string;
  /** The registration key that a person wants: an operator's, or that of the settings. */
  readonly registrationKey: Secret<string> | null;
  /** What earlier passes read of large tables; null where none is remembered. */
  readonly tables: TableMemory | null;
  readonly now: () => Date;
  /** The lease of the vault is held: nobody else changes anything of this instance. */
  readonly alone: boolean;
  readonly signal: AbortSignal;
}

/**
 * Carries out a plan in its order and stops at the first failure of an action that later ones rest on. Killed between
 * any two actions it leaves every file old or new and every row as it was or sealed anew; the next run observes that
 * state and plans what is left. Failures become findings, they do not throw: the caller observes again and decides.
 */
export async function applyPlan(plan: Plan, context: ApplyContext): Promise<Applied> {
  const reports: ActionReport[] = [];
  const findings: Finding[] = [];
  let failed = NOTHING_FAILED;
  let generation: Generation | null = null;
  for (const action of plan.actions) {
    try {
      const result = await applyAction(action, context);
      generation = result.generation ?? generation;
      reports.push({
        action: action.action,
        target: targetOf(action, context.settings),
        done: true,
        detail: result.detail,
      });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      reports.push({
        action: action.action,
        target: targetOf(action, context.settings),
        done: false,
        detail: error.message,
      });
      findings.push(findingOf(error, action, context.settings));
      failed = { ...failed, [consequenceOf(action, context)]: true };
      // Nothing may be replaced that is not in the vault, and nothing is captured that was not put right.
      if (!isRepair(action)) break;
    }
  }
  return { reports, findings, generation, ...failed };
}

async function applyAction(
  action: Action,
  context: ApplyContext,
): Promise<{ detail: string; generation?: Generation | null }> {
  const { settings, pass, judgement } = context;
  switch (action.action) {
    case 'capture-first':
      return addGeneration(context, draftOfBytes(pass, judgement, settings.instance));
    case 'capture': {
      const now = context.now().toISOString();
      return addGeneration(context, draftOf(pass, judgement, settings.instance, context.reason, now));
    }
    case 'accept': {
      const now = context.now().toISOString();
      const draft = draftOf(pass, judgement, settings.instance, 'accept', now);
      return addGeneration(context, { ...draft, accepted: [...draft.accepted, ...action.values] });
    }
    case 'repair-access': {
      const path = pathOf(settings, action.target);
      repairAccess(path, action.wanted, pass.observation.files[action.target]);
      return { detail: describeAccess(action.wanted) };
    }
    case 'separate-file': {
      const detail = await separateFile(action, context, pathOf(settings, action.target));
      return { detail: `${describeAccess(action.wanted)}: ${detail}` };
    }
    case 'repair-directory':
      return { detail: repairDirectory(context) };
    case 'restore-file':
    case 'write-database-settings':
      return { detail: await putFile(action, context, pathOf(settings, action.target)) };
    case 'reseal-values':
    case 'rescue-values':
    case 'undo-rescue':
    case 'rotate-key':
    case 'write-registration':
      return { detail: await writeRows(action, context) };
  }
}

/** What writes rows is loaded where rows are written, which most runs do not. */
async function writeRows(action: RowsAction, context: ApplyContext): Promise<string> {
  // A file can be put back by two at once, for both put back the same. Rows are sealed under what was live a moment ago.
  if (!context.alone) {
    throw new Failure('lease-held', 'rows are written only under the lease of the vault, and it could not be had', {
      target: 'vault',
      try: 'run it again once the vault can be written to',
    });
  }
  switch (action.action) {
    case 'reseal-values':
    case 'rescue-values': {
      const { rescueValues } = await import('./rescue-values.ts');
      if (action.action === 'rescue-values') return await rescueValues(action.steps, context, 'undoable');
      return await rescueValues(action.values.map(toReseal), context, 'plain');
    }
    case 'undo-rescue': {
      const { undoRescue } = await import('./undo-rescue.ts');
      return await undoRescue(context);
    }
    case 'rotate-key': {
      const { rotateKey } = await import('./rotate-key.ts');
      return await rotateKey(action, context);
    }
    case 'write-registration': {
      const { writeRegistrationKey } = await import('./write-registration-key.ts');
      return await writeRegistrationKey(action, context);
    }
  }
}

function toReseal(reference: ValueReference): RescueStep {
  return { reference, way: 'reseal', emptied: false };
}

function repairDirectory({ settings, pass }: ApplyContext): string {
  const { uid, gid } = pass.observation.access;
  const path = nearestDirectory(settings.configDir)?.path ?? settings.configDir;
  if (uid === null) throw new Failure('access-not-repaired', 'nobody says whose it should be', { target: path });
  ensureDirectoryUsable(path, { uid, gid });
  return `${path} usable for ${uid}:${gid ?? '-'}`;
}

async function addGeneration(context: ApplyContext, draft: Parameters<Vault['add']>[0]) {
  const { vault } = context;
  if (vault === null) {
    throw new Failure('vault-unwritable', 'the vault cannot be used, so the live key is not kept', { target: 'vault' });
  }
  const { generation, added } = await vault.add(draft);
  return { detail: added ? `generation ${generation.number}` : `already generation ${generation.number}`, generation };
}

function consequenceOf(action: Action, { pass }: ApplyContext): keyof Failed {
  switch (action.action) {
    case 'capture':
    case 'capture-first':
    case 'accept':
      return 'vaultFailed';
    case 'repair-access':
    case 'separate-file': {
      const state = pass.observation.files[action.target];
      const readable =
        'access' in state && state.access !== undefined && canRead(state.access, pass.observation.access);
      return action.target === KEY_FILE && !readable ? 'accessFailed' : 'writeFailed';
    }
    case 'repair-directory':
    case 'restore-file':
    case 'write-database-settings':
      return 'writeFailed';
    case 'reseal-values':
    case 'rescue-values':
    case 'undo-rescue':
    case 'rotate-key':
      return 'resealFailed';
    case 'write-registration':
      return 'registrationFailed';
  }
}

function findingOf(failure: Failure, action: Action, settings: Settings): Finding {
  return {
    code: failure.code,
    severity: isRepair(action) ? 'warning' : 'error',
    target: failure.target ?? targetOf(action, settings),
    message: failure.expected === undefined ? failure.message : `${failure.message}; expected ${failure.expected}`,
    try: failure.try ?? '',
  };
}

function isRepair({ action }: Action): boolean {
  return action === 'repair-access' || action === 'repair-directory' || action === 'separate-file';
}

function targetOf(action: Action, settings: Settings): string {
  switch (action.action) {
    case 'capture':
    case 'accept':
    case 'reseal-values':
    case 'rescue-values':
    case 'undo-rescue':
    case 'write-registration':
      return action.target;
    case 'repair-directory':
      return settings.configDir;
    default:
      return pathOf(settings, action.target);
  }
}

function pathOf(settings: Settings, name: string): AbsolutePath {
  return absolutePath(join(settings.configDir, name));
}

function describeAccess(wanted: { uid: number | null; gid: number | null; mode: number | null }): string {
  const owner = wanted.uid === null && wanted.gid === null ? '' : `owner ${wanted.uid ?? '-'}:${wanted.gid ?? '-'}`;
  const mode = wanted.mode === null ? '' : `mode 0${wanted.mode.toString(8)}`;
  return [owner, mode].filter((each) => each !== '').join(', ');
}
