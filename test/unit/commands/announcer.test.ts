import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Announcer } from '../../../src/commands/announcer.ts';
import { noPlatform } from '../../../src/platform/none.ts';
import type { Announcement } from '../../../src/platform/platform.ts';
import { scratchInstance } from '../../integration/keeper/scratch-instance.ts';

const SIGNAL = new AbortController().signal;

function board() {
  const told: Announcement[] = [];
  const announce = async (each: Announcement) => void told.push(each);
  return { told, announcer: new Announcer({ ...noPlatform(), announce }, SIGNAL) };
}

describe('what people of the platform are told of a watch', () => {
  it('is a key that was put back, and nothing while all is well', async () => {
    using instance = scratchInstance(null, '');
    instance.put('glpicrypt.key', randomBytes(32));
    const keeper = instance.keeper('guard');
    const { told, announcer } = board();

    announcer.add({ trigger: 'start', result: await keeper.reconcile(SIGNAL), duration: 1 }, 'guard');
    const quiet = told.length;
    rmSync(instance.keyPath);
    announcer.add({ trigger: 'file', result: await keeper.reconcile(SIGNAL), duration: 1 }, 'guard');

    expect(quiet).toBe(0);
    expect(told).toEqual([
      { type: 'Normal', reason: 'FileRestored', message: `put back ${instance.keyPath} (as last seen)` },
    ]);
  });

  it('is a key that is no longer safe, once, and that it is again', async () => {
    using instance = scratchInstance(null, '');
    instance.put('glpicrypt.key', 'no key');
    const { told, announcer } = board();
    const add = async () => {
      const result = await instance.keeper('guard').reconcile(SIGNAL);
      announcer.add({ trigger: 'timer', result, duration: 1 }, 'guard');
    };

    await add();
    await add();
    instance.put('glpicrypt.key', randomBytes(32));
    await add();

    expect(told.map(({ type, reason }) => [type, reason])).toEqual([
      ['Warning', 'KeyNotSafe'],
      ['Normal', 'KeySafe'],
    ]);
    expect(told[0]?.message).toContain('key-malformed');
  });

  it('is nothing of a gate that is still shut: its end tells that', async () => {
    using instance = scratchInstance(null, '');
    instance.put('glpicrypt.key', 'no key');
    const { told, announcer } = board();

    announcer.add({ trigger: 'start', result: await instance.keeper('gate').reconcile(SIGNAL), duration: 1 }, 'gate');

    expect(told).toEqual([]);
  });

  it('is a registration key that GLPI Network refuses, by its fingerprint', () => {
    const { told, announcer } = board();
    const cause = { code: 'key-invalid', message: 'the key is invalid', try: 'enter another' } as const;
    const said = { owner: null, subscription: null, offers: [] };

    announcer.addCheck({
      kind: 'asked',
      key: 'f'.repeat(16) as never,
      reason: 'daily',
      answer: { kind: 'invalid', cause, ...said } as never,
    });

    expect(told).toEqual([
      {
        type: 'Warning',
        reason: 'RegistrationRefused',
        message: expect.stringContaining('ffffffffffffffff: the key is invalid (key-invalid)'),
      },
    ]);
  });
});
