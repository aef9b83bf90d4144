import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { runWatch } from './run-watch.ts';
import { scratchInstance } from './scratch-instance.ts';

const MOMENTS = 30;
/** In ms: somewhere between before the restore and long after it. */
const LATEST = 12;

it('keeps both keys when somebody removes one and copies another in, in the very moment of the restore', async () => {
  const found = { copied: 0, restored: 0 };
  for (let moment = 0; moment < MOMENTS; moment += 1) {
    using instance = scratchInstance(null, '');
    const [live, incoming] = [randomBytes(32), randomBytes(32)];
    instance.put('glpicrypt.key', live);
    await using watch = runWatch(instance.keeper('guard'));
    await watch.until(({ result }) => result.generation !== null);

    rmSync(instance.keyPath);
    await sleep((moment * LATEST) / MOMENTS);
    // As cp does: into the file that is there by now, or a new one.
    writeFileSync(instance.keyPath, incoming);
    await watch.until(
      ({ result }) => result.after.pass.observation.key.kind === 'well-formed' && isAmong(incoming, result),
    );

    const { generations } = await (await instance.openVault()).list();
    const kept = generations.map((each) => each.fingerprint);
    expect(kept).toEqual(expect.arrayContaining([fingerprintOf(live), fingerprintOf(incoming)]));
    if (watch.reports.some(({ result }) => result.reports.some((each) => each.action === 'restore-file' && each.done)))
      found.restored += 1;
    else found.copied += 1;
  }

  process.stderr.write(`copied in: ${JSON.stringify(found)}\n`);
  expect(found.restored).toBeGreaterThan(0);
});

function isAmong(key: Buffer, { after }: { after: { judgement: { live: string | null } } }): boolean {
  return after.judgement.live === fingerprintOf(key);
}
