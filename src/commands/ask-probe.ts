import { setTimeout as wait } from 'node:timers/promises';
import { probeAddress } from '../report/probe/probe-address.ts';
import type { ProbeAnswer, ProbeName } from '../report/probe/probe-view.ts';
import { exchange, reasonOf } from './exchange.ts';

/** How long a start-up probe waits for the gate before it says that it is shut, in ms. */
const GATE_PATIENCE = 5_000;
/** Between two looks at a gate that is shut, in ms. */
const GATE_POLL = 100;

/**
 * Asks the `watch` of this container. The gate is waited for a moment: a start-up probe that is there when it opens lets
 * GLPI start at once, not at the next probe.
 *
 * @param address see {@link probeAddress}
 */
export async function askProbe(
  probe: ProbeName,
  address: string = probeAddress(),
  patience: number = GATE_PATIENCE,
): Promise<ProbeAnswer> {
  const until = performance.now() + (probe === 'gate' ? patience : 0);
  for (;;) {
    const answer = await askOnce(probe, address);
    if (answer.passed || performance.now() >= until) return answer;
    await wait(GATE_POLL);
  }
}

async function askOnce(probe: ProbeName, address: string): Promise<ProbeAnswer> {
  try {
    return answerIn(await exchange({ path: address }, null), probe);
  } catch (error) {
    return { passed: false, reason: `no keykeeper watch answers in this container (${reasonOf(error)})` };
  }
}

function answerIn(text: string, probe: ProbeName): ProbeAnswer {
  const found = memberOf(parsed(text), probe);
  const [passed, reason] = [memberOf(found, 'passed'), memberOf(found, 'reason')];
  if (typeof passed === 'boolean' && typeof reason === 'string') {
    return { passed, reason: reason.replace(/\s+/g, ' ') };
  }
  return { passed: false, reason: 'what answers for this container is not keykeeper watch' };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
