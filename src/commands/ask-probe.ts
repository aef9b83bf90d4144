import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { probeAddress } from '../report/probe/probe-address.ts';
import type { ProbeAnswer, ProbeName } from '../report/probe/probe-view.ts';

/** How long one question may take, in ms: a loop that hangs answers nothing. */
const PATIENCE = 3_000;
/** How long a start-up probe waits for the gate before it says that it is shut, in ms. */
const GATE_PATIENCE = 5_000;
/** Between two looks at a gate that is shut, in ms. */
const GATE_POLL = 100;
/** Longest answer that is read, in bytes. */
const LONGEST = 64 * 1024;

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
    return answerIn(await read(address), probe);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'no answer in time';
    return { passed: false, reason: `no keykeeper watch answers in this container (${why})` };
  }
}

function read(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const end = (outcome: () => void) => {
      clearTimeout(limit);
      socket.destroy();
      outcome();
    };
    const limit = setTimeout(() => end(() => reject(new Error('no answer in time'))), PATIENCE);
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      answer += part;
      if (answer.length > LONGEST) end(() => resolve(answer));
    });
    socket.on('end', () => end(() => resolve(answer)));
    socket.on('error', (error) => end(() => reject(error)));
  });
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
