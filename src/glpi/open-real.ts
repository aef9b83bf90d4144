import { type RecoveryContext, recoverSealed } from './garbled.ts';
import type { Opened } from './key-ring.ts';

export type { RecoveryContext };

/** Opens a value of the vault; null where no known key does, or where it holds nothing, or what GLPI garbled. */
export function openReal(value: string, context: RecoveryContext): Opened | null {
  const opened = context.ring.open(value);
  if (opened === null || opened.plaintext.length === 0) return null;
  return recoverSealed(opened.plaintext, context) === null ? opened : null;
}
