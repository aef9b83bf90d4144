import type { Action, Plan } from './plan.ts';

/** Whether the plan changes anything on GLPI's side: files or rows. */
export function touchesGlpi({ actions }: Plan): boolean {
  return actions.some((each) => !isCapture(each));
}

export type RowsAction = Action & {
  readonly action: 'reseal-values' | 'rescue-values' | 'undo-rescue' | 'rotate-key' | 'write-registration';
};

const ROWS_ACTIONS: ReadonlySet<Action['action']> = new Set<RowsAction['action']>([
  'reseal-values',
  'rescue-values',
  'undo-rescue',
  'rotate-key',
  'write-registration',
]);

/** Whether an action writes to the database. */
export function writesRows(action: Action): action is RowsAction {
  return ROWS_ACTIONS.has(action.action);
}

/** Whether an action writes to the vault alone. */
export function isCapture({ action }: Action): boolean {
  return isCaptureName(action);
}

/** The same by the action's name, as reports carry it. */
export function isCaptureName(action: Action['action']): boolean {
  return action === 'capture' || action === 'capture-first' || action === 'accept';
}
