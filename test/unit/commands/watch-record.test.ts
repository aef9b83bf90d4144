import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { summarizePass } from '../../../src/commands/pass-summary.ts';
import { WatchRecord } from '../../../src/commands/watch-record.ts';
import { Secret } from '../../../src/core/secret.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { scratchInstance } from '../../integration/keeper/scratch-instance.ts';

const SIGNAL = new AbortController().signal;

describe('what a watch keeps of a pass', () => {
  it('is enough for health and status', async () => {
    using instance = scratchInstance(null, '');
    const key = randomBytes(32);
    instance.put('glpicrypt.key', key);
    const keeper = instance.keeper('guard');
    const record = new WatchRecord(
      keeper,
      '1.2.3',
      () => new Date(0),
      () => 0,
      null,
    );

    record.add({ trigger: 'start', result: await keeper.reconcile(SIGNAL), duration: 5 });

    expect(record.health()).toEqual({ healthy: true, reason: 'the key is safe (unproven)' });
    expect(record.status()).toMatchObject({
      verdict: 'unproven',
      lastTrigger: 'start',
      database: { state: 'none' },
      vault: { state: 'ready', generations: 1, damaged: 0 },
      canary: { tested: 0, opened: 0, unreadable: [] },
      fingerprint: fingerprintOf(key),
      generation: 1,
    });
  });

  it('is no key, no file and no value', async () => {
    using instance = scratchInstance(null, '');
    instance.put('glpicrypt.key', randomBytes(32));
    const result = await instance.keeper('guard').reconcile(SIGNAL);

    const summary = summarizePass(result);

    expect(holdsSecrets(result)).toBe(true);
    expect(holdsSecrets(summary)).toBe(false);
  });
});

function holdsSecrets(whole: object): boolean {
  const left: unknown[] = [whole];
  const seen = new Set<unknown>();
  for (const each of left) {
    if (typeof each !== 'object' || each === null || seen.has(each)) continue;
    if (each instanceof Secret || Buffer.isBuffer(each)) return true;
    seen.add(each);
    left.push(...Object.values(each), ...(each instanceof Map ? each.values() : []));
  }
  return false;
}
