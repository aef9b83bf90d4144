import { join } from 'node:path';
import { absolutePath } from '../core/brand.ts';
import { KEY_FILE } from '../core/guarded-set.ts';
import { fileChanged } from '../files/held-file.ts';
import { readGuarded } from '../files/read-file.ts';
import type { ApplyContext } from './apply.ts';

/**
 * Rows are sealed under the key that was live when they were judged; by the time they are written somebody may have put
 * another one in its place, and GLPI would read nothing. What comes out is to be called right before the COMMIT: from there
 * on only the one answer of the server is left in which the file can change unseen, and the next run seals anew then.
 *
 * @param live the 32 bytes of the key that the rows are sealed under
 * @returns throws the Failure `file-changed` where GLPI's key file holds anything else now, and the reason of the signal
 *   where the lease was lost or the process is stopped
 */
export function requireLiveKey({ settings, signal }: ApplyContext, live: Buffer): () => void {
  const path = absolutePath(join(settings.configDir, KEY_FILE));
  return () => {
    signal.throwIfAborted();
    const now = readGuarded(path);
    if (now.kind !== 'regular' || !now.content.reveal().equals(live)) throw fileChanged(path);
  };
}
