import type { RegistrationRequest } from '../glpi/network/ask-registration.ts';
import type { ProbeAnswer, ProbeRequest } from '../glpi/network/probe-network.ts';
import type { NetworkAnswer } from '../glpi/network/registration-answer.ts';

/** The way to GLPI Network, as the check uses it. */
export interface NetworkPort {
  ask(request: RegistrationRequest): Promise<NetworkAnswer>;
  probe(request: ProbeRequest): Promise<ProbeAnswer>;
}

/** The network itself; its code is loaded at the first question. */
export const NETWORK: NetworkPort = {
  ask: async (request) => (await import('../glpi/network/ask-registration.ts')).askRegistration(request),
  probe: async (request) => (await import('../glpi/network/probe-network.ts')).probeNetwork(request),
};
