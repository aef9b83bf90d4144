import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../src/core/failure.ts';
import type { Receipts } from '../../../../src/core/receipt.ts';
import { receiptOf } from '../../../../src/core/receipt.ts';
import { registrationFingerprint } from '../../../../src/glpi/registration-key.ts';
import type { FactsReading } from '../../../../src/keeper/check-facts.ts';
import { openCheck } from '../../../../src/keeper/open-check.ts';
import {
  type CheckEvent,
  type CheckParts,
  type RefreshOutcome,
  RegistrationCheck,
} from '../../../../src/keeper/registration-check.ts';
import { noPlatform } from '../../../../src/platform/none.ts';
import { settingsOf, subjectWith } from './check-scene.ts';
import { causeOf, factsOf, INVALID, simulatedNetwork, VALID } from './simulated-network.ts';

const KEY = 'a registration key';
const FINGERPRINT = registrationFingerprint(KEY);
const DAY = 24 * 3_600_000;
const SIGNAL = new AbortController().signal;
const DONE: RefreshOutcome = { final: true, seen: 'valid', detail: 'removed', findings: [] };

/** One check, or several that share a vault, a clock and the network. */
function scene(changes: Partial<CheckParts> = {}) {
  const time = { now: Date.parse('2026-03-01T12:00:00Z') };
  const held: { receipts: Receipts } = { receipts: [] };
  const network = simulatedNetwork();
  const events: CheckEvent[] = [];
  const refreshed: string[][] = [];
  const parts: CheckParts = {
    settings: settingsOf({ settle: 0 }),
    environment: {},
    book: {
      read: async () => held.receipts,
      change: async (change, signal) => {
        signal.throwIfAborted();
        held.receipts = change(held.receipts);
        return held.receipts;
      },
    },
    network,
    readFacts: async () => factsOf(KEY),
    refresh: async (_facts, receipt) => {
      refreshed.push([...receipt.owed]);
      return DONE;
    },
    now: () => time.now,
    monotonic: () => time.now,
    random: () => 0,
    onEvent: (event) => events.push(event),
    ...changes,
  };
  const keeper = () => {
    const check = new RegistrationCheck(parts);
    return {
      check,
      pass: async (circumstances = {}) => {
        check.take(subjectWith(KEY, circumstances), held.receipts);
        return await check.step(SIGNAL);
      },
    };
  };
  return { time, held, network, events, refreshed, parts, keeper };
}

describe('the check of the registration key', () => {
  it('asks about a key that it sees for the first time, and writes the answer down', async () => {
    const { keeper, network, held } = scene();

    const rest = await keeper().pass();

    expect(network.requests).toBe(1);
    expect(rest).toBe(DAY);
    expect(receiptOf(held.receipts, FINGERPRINT)).toMatchObject({
      answer: { verdict: 'valid', owner: 'ACME', title: 'Standard', endDate: '2030-01-01' },
      attempt: { state: 'answered', reason: 'new-key' },
    });
  });

  it('asks once where several keepers see the same', async () => {
    const { keeper, network } = scene();
    const keepers = [keeper(), keeper(), keeper()];

    await Promise.all(keepers.map((each) => each.pass()));

    expect(network.requests).toBe(1);
  });

  it('does not ask again after a restart', async () => {
    const { keeper, network } = scene();
    await keeper().pass();

    await keeper().pass();

    expect(network.requests).toBe(1);
  });

  it('asks about several changes that came together once, and then makes GLPI see it once', async () => {
    const { keeper, network, refreshed } = scene();
    const one = keeper();
    await one.pass();
    const changed = { 'security-key': 'another', 'registration-key': 'row-2', 'glpi-version': '11.0.7' };

    await one.pass(changed);
    await one.pass(changed);

    expect(network.requests).toBe(2);
    expect(refreshed).toEqual([['registration-key', 'security-key', 'glpi-version']]);
    expect(one.check.state().seenByGlpi).toBe('valid');
  });

  it('makes GLPI see an answer that differs, and not one that does not', async () => {
    const { keeper, network, refreshed, time } = scene();
    const one = keeper();
    await one.pass();
    time.now += DAY;
    await one.pass();
    network.answer = INVALID;
    time.now += DAY;

    await one.pass();

    expect(refreshed).toEqual([['answer']]);
  });

  it('tries no more than three times, a while apart, to make GLPI see what it cannot be made to see', async () => {
    let tries = 0;
    const refresh = async () => {
      tries += 1;
      return { ...DONE, final: false };
    };
    const { keeper, time } = scene({ refresh });
    const one = keeper();
    await one.pass();

    for (let minute = 0; minute < 180; minute += 1) {
      time.now += 60_000;
      await one.pass({ 'security-key': 'another' });
    }

    expect(tries).toBe(3);
  });

  it('finds out without the key that GLPI Network can be reached again, asks, and makes GLPI see it', async () => {
    const { keeper, network, refreshed, time, events } = scene();
    const one = keeper();
    await one.pass();
    time.now += DAY;
    network.outage = 'connection';
    await one.pass();
    time.now += 3_600_000;
    await one.pass();
    network.outage = null;
    time.now += 3_600_000;

    await one.pass();
    await one.pass();

    expect(events.map(({ kind }) => kind)).toEqual(['asked', 'asked', 'probed', 'probed', 'asked', 'refreshed']);
    expect(network.requests).toBe(3);
    expect(refreshed).toEqual([['reachable-again']]);
  });

  it('sends no key with a probe', async () => {
    const network = simulatedNetwork();
    const probes: unknown[] = [];
    const probe: CheckParts['network']['probe'] = async (request) => {
      probes.push(request);
      return { kind: 'reachable', status: null, clockSkew: null };
    };
    const { keeper, time } = scene({ network: { ask: (request) => network.ask(request), probe } });
    network.outage = 'connection';
    const one = keeper();
    await one.pass();
    time.now += 3_600_000;

    await one.pass();

    expect(probes).toHaveLength(1);
    expect(probes[0]).not.toHaveProperty('key');
    expect(probes[0]).not.toHaveProperty('uid');
  });

  it.each(['tls-intercepted', 'proxy-password', 'captive-portal', 'server-error', 'dns-not-found'] as const)(
    'keeps a good answer, and tells it, when %s is in the way',
    async (code) => {
      const { keeper, network, time, held } = scene();
      const one = keeper();
      await one.pass();
      const good = receiptOf(held.receipts, FINGERPRINT)?.answer;
      network.answer = { kind: 'failed', cause: causeOf(code) };
      time.now += DAY;

      await one.pass();

      const { receipt, findings } = one.check.state();
      expect(receipt?.answer).toEqual(good);
      expect(findings).toMatchObject([{ code: `registration-${code}`, severity: 'warning' }]);
      expect(findings[0]?.message).toContain('the key was valid on 2026-03-01');
    },
  );

  it.each<[string, FactsReading]>([
    ['the database does not answer', { kind: 'unreachable', message: 'refused' }],
    ['the row is another by now', { kind: 'moved' }],
  ])('neither asks nor counts it as asked where %s', async (_, reading) => {
    const { keeper, network, held } = scene({ readFacts: async () => reading });

    const rest = await keeper().pass();

    expect(network.requests).toBe(0);
    expect(held.receipts).toEqual([]);
    expect(rest).toBeGreaterThan(0);
  });

  it('asks nothing where the vault takes no claim', async () => {
    const change = async () => {
      throw new Failure('vault-unwritable', 'the vault cannot be written');
    };
    const { keeper, network } = scene({ book: { read: async () => [], change } });

    await expect(keeper().pass()).rejects.toMatchObject({ code: 'vault-unwritable' });
    expect(network.requests).toBe(0);
  });

  it('stops at once in the middle of a question', async () => {
    const stop = new AbortController();
    const ask: CheckParts['network']['ask'] = async ({ signal }) => {
      stop.abort();
      signal?.throwIfAborted();
      return VALID;
    };
    const { parts, held } = scene({ network: { ...simulatedNetwork(), ask } });
    const check = new RegistrationCheck(parts);
    check.take(subjectWith(KEY), []);

    await expect(check.step(stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(receiptOf(held.receipts, FINGERPRINT)?.attempt?.state).toBe('open');
  });

  it('forgets the key that GLPI has no more', async () => {
    const { keeper } = scene();
    const one = keeper();
    await one.pass();

    one.check.take(null, []);

    expect(await one.check.step(SIGNAL)).toBe(Number.POSITIVE_INFINITY);
    expect(one.check.state()).toMatchObject({ key: null, receipt: null, findings: [] });
  });

  it('takes no older receipts from a pass that began before it wrote', async () => {
    const { keeper, held } = scene();
    const one = keeper();
    await one.pass();

    one.check.take(subjectWith(KEY), []);
    const during = one.check.state().receipt;
    one.check.take(subjectWith(KEY), held.receipts);

    expect(during?.answer?.verdict).toBe('valid');
    expect(one.check.state().receipt).toBe(held.receipts[0]);
  });

  it('is none where it is switched off', () => {
    const settings = settingsOf({ registrationValidate: 'off' });
    const openVault = async () => {
      throw new Error('nothing is to be opened');
    };

    const platform = noPlatform();

    expect(openCheck({ settings, environment: {}, openVault, platform, onEvent: () => undefined })).toBe(null);
  });
});
