import { Secret } from '../../../../src/core/secret.ts';
import type { CauseCode, NetworkCause } from '../../../../src/glpi/network/cause.ts';
import type { NetworkAnswer } from '../../../../src/glpi/network/registration-answer.ts';
import type { FactsReading } from '../../../../src/keeper/check-facts.ts';
import type { NetworkPort } from '../../../../src/keeper/network-port.ts';

/**
 * `connection`: nobody can be reached. `http`: an error comes back, whatever is asked. `key-only`: a filter lets everything
 * pass but the question with the key.
 */
export type Outage = 'connection' | 'http' | 'key-only' | null;

/** GLPI Network as a check sees it, with a count of what reached it. */
export interface SimulatedNetwork extends NetworkPort {
  outage: Outage;
  answer: NetworkAnswer;
  /** Questions with the key in them that were sent, whatever became of them. */
  requests: number;
  probes: number;
}

export const VALID: NetworkAnswer = {
  kind: 'valid',
  validationMessage: null,
  owner: 'ACME',
  subscription: { title: 'Standard', running: true, beginDate: '2026-01-01', endDate: '2030-01-01', daysLeft: 900 },
  clockSkew: null,
};

export const INVALID: NetworkAnswer = {
  kind: 'invalid',
  cause: causeOf('key-invalid'),
  validationMessage: 'No such key.',
  owner: null,
  subscription: null,
  clockSkew: null,
};

export function simulatedNetwork(): SimulatedNetwork {
  return {
    outage: null,
    answer: VALID,
    requests: 0,
    probes: 0,
    async ask() {
      this.requests += 1;
      // Others look at the receipts while this question is on its way.
      await new Promise((resolve) => setImmediate(resolve));
      return this.outage === null ? this.answer : { kind: 'failed', cause: failureOf(this.outage) };
    },
    async probe({ depth }) {
      this.probes += 1;
      await new Promise((resolve) => setImmediate(resolve));
      const hit = this.outage === 'connection' || (this.outage === 'http' && depth === 'ping');
      if (hit && this.outage !== null) return { kind: 'unreachable', cause: failureOf(this.outage) };
      return { kind: 'reachable', status: depth === 'ping' ? 200 : null, clockSkew: null };
    },
  };
}

export function causeOf(code: CauseCode): NetworkCause {
  return { code, message: `it is ${code}`, try: 'wait' };
}

export function factsOf(key: string): FactsReading {
  const proxy = { name: null, port: null, user: null, password: null, exclusions: null };
  const facts = { key: new Secret(key), uid: 'A'.repeat(40), version: '11.0.6', language: 'en_GB', proxy };
  return { kind: 'facts', facts };
}

function failureOf(outage: Exclude<Outage, null>): NetworkCause {
  const codes = { connection: 'tcp-refused', http: 'server-error', 'key-only': 'filtered' } as const;
  return causeOf(codes[outage]);
}
