import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DatabaseSetting } from '../../../src/config/settings.ts';
import { Keeper } from '../../../src/keeper/keeper.ts';
import { PodGate } from '../../../src/keeper/pod-gate.ts';
import { Watch } from '../../../src/keeper/watch.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import { type ScratchInstance, scratchInstance } from './scratch-instance.ts';

/** Nothing listens there. */
const SILENT: DatabaseSetting = {
  kind: 'url',
  hosts: ['127.0.0.1:1'],
  user: 'glpi',
  schema: 'glpi',
  password: null,
};

function platformWhere(running: boolean | null): Platform {
  return {
    name: 'none',
    observe: async () => ({ running, container: null, findings: [] }),
    follow: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** A clock that a test can put forward beside the real one, in ms. */
class Clock {
  ahead = 0;
  readonly read = () => performance.now() + this.ahead;
}

function gateOf(instance: ScratchInstance, running: boolean | null, clock = new Clock()) {
  const controller = new AbortController();
  const platform = platformWhere(running);
  const { settings, openVault } = instance;
  const keeper = new Keeper({ settings, openVault, platform, now: () => new Date(), monotonic: clock.read }, 'gate');
  const firstPass = Promise.withResolvers<void>();
  const watch = new Watch({
    keeper,
    platform,
    monotonic: clock.read,
    signal: controller.signal,
    podGate: new PodGate(settings.databaseWait, clock.read),
    onResult: () => firstPass.resolve(),
    onError: (error) => firstPass.reject(error),
  });
  return { keeper, controller, firstPass: firstPass.promise, ended: watch.run() };
}

describe('the gate of a watch in a pod', () => {
  it('ends the watch where it is blocked and nothing will pass by itself', async () => {
    using instance = scratchInstance(null, '');
    instance.put('glpicrypt.key', 'no key');

    const held = await gateOf(instance, false).ended;

    expect(held?.decision).toMatchObject({ gate: 'blocked', exitCode: 11 });
    expect(held?.result.findings[0]?.code).toBe('key-malformed');
  });

  it('waits for a database that is not there yet, and ends once it was waited for', async () => {
    using instance = scratchInstance(null, '', { database: SILENT, databaseWait: 60_000 });
    instance.put('glpicrypt.key', randomBytes(32));
    const clock = new Clock();

    const gate = gateOf(instance, false, clock);
    await gate.firstPass;
    const early = await Promise.race([gate.ended, 'still waiting']);
    clock.ahead = 60_000;
    const held = await gate.ended;

    expect(early).toBe('still waiting');
    expect(held?.decision.exitCode).toBe(12);
  });

  it('does not end before it is known whether GLPI runs already', async () => {
    using instance = scratchInstance(null, '');
    instance.put('glpicrypt.key', 'no key');
    const clock = new Clock();

    const gate = gateOf(instance, null, clock);
    await gate.firstPass;
    const early = await Promise.race([gate.ended, 'still waiting']);
    clock.ahead = 10_000;

    expect(early).toBe('still waiting');
    expect((await gate.ended)?.decision.gate).toBe('blocked');
  });

  it('guards instead where GLPI runs already', async () => {
    using instance = scratchInstance(null, '');
    instance.put('glpicrypt.key', 'no key');

    const gate = gateOf(instance, true);
    await gate.firstPass;
    const stage = gate.keeper.stage;
    gate.controller.abort();

    expect(stage).toBe('guard');
    expect(await gate.ended).toBeNull();
  });

  it('opens as everywhere where nothing is wrong', async () => {
    using instance = scratchInstance(null, '');
    instance.put('glpicrypt.key', randomBytes(32));

    const gate = gateOf(instance, false);
    await gate.firstPass;
    const stage = gate.keeper.stage;
    gate.controller.abort();

    expect(stage).toBe('guard');
    expect(await gate.ended).toBeNull();
  });
});
