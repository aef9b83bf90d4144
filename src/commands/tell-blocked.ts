import type { Platform } from '../platform/platform.ts';
import type { ResultDocument } from '../report/document.ts';
import { blockedMessage, writeTerminationMessage } from '../report/termination-message.ts';
import type { CommandContext } from './command.ts';

/** Says why GLPI may not start where people of a pod look: in the container's termination message and the pod's events. */
export async function tellBlocked(
  document: ResultDocument,
  { settings, logger, signal }: Pick<CommandContext, 'settings' | 'logger' | 'signal'>,
  platform: Platform,
): Promise<void> {
  const message = blockedMessage(document);
  const trouble = writeTerminationMessage(settings.terminationLog, message);
  if (trouble !== null)
    logger.warn('the termination message is not written', { path: settings.terminationLog, trouble });
  await platform.announce?.({ type: 'Warning', reason: 'GateBlocked', message }, signal);
}
