import { readFileSync, statSync } from 'node:fs';
import { statusSchema } from '../../src/report/http/status-document.ts';
import type { Scene } from './scene.ts';

/** GLPI has to read the key file; other bits stay as somebody set them. */
const NEEDED = 0o400;
const LOOK = 100;

/**
 * Waits until the watch says that all is well, then looks for itself: the key's bytes, owner and mode, and that each
 * secret opens to what was saved.
 *
 * @throws Error that says what is wrong, with the watch's last lines
 */
export async function checkState(scene: Scene, after: string): Promise<void> {
  const { instance, glpi } = scene;
  const expected = scene.hasDatabase ? 'sound' : 'unproven';
  let said = 'nothing';
  let seen: string[] = [];
  try {
    await scene.until(
      'all is well',
      async () => {
        const headers = { authorization: `Bearer ${scene.token}` };
        const answer = await scene.ask({ method: 'POST', path: '/reconcile', headers });
        const { status, body } = await scene.ask({ method: 'GET', path: '/status' });
        if (answer.status !== 200 || status !== 200) {
          said = `POST /reconcile ${answer.status}, GET /status ${status}`;
          return false;
        }
        const document = statusSchema.parse(JSON.parse(body));
        said = `${document.verdict}: ${document.reason}`;
        seen = await look(scene);
        return document.verdict === expected && document.healthy && seen.length === 0;
      },
      LOOK,
    );
  } catch (cause) {
    const states = [`the watch says ${said}`, ...seen].join('; ');
    throw new Error(`after ${after}: expected ${expected}, but ${states}`, { cause });
  }

  async function look({ watch }: Scene): Promise<string[]> {
    const wrong: string[] = [];
    if (!watch.alive) return ['the watch ended'];
    const key = readQuietly(instance.keyPath);
    if (key === null || !key.equals(glpi.key)) wrong.push('the key file does not hold the right key');
    if (key !== null) wrong.push(...accessOf(instance.keyPath));
    const lost = await glpi.lost();
    if (lost.length > 0) wrong.push(`these do not open to what was saved: ${lost.join(', ')}`);
    return wrong;
  }
}

function accessOf(path: string): string[] {
  const { mode, uid } = statSync(path);
  const wrong = (mode & NEEDED) === NEEDED ? [] : [`the key file's mode is ${(mode & 0o7777).toString(8)}`];
  return uid === (process.getuid?.() ?? 0) ? wrong : [...wrong, `the key file belongs to ${uid}`];
}

function readQuietly(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
