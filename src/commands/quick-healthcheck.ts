import { DEFAULT_HTTP, parseHttpAddress } from '../config/http-address.ts';
import { InvalidValue } from '../config/invalid-value.ts';
import type { Environment } from '../config/source.ts';
import { askHealth } from './ask-health.ts';
import type { QuickAnswer } from './quick-answer.ts';

export const HEALTHY = 0;
export const UNHEALTHY = 1;

/** What is said where there is nothing to ask. */
export const HTTP_OFF = {
  exitCode: 2,
  reason:
    'HTTP is off. Try: KEYKEEPER_HTTP=127.0.0.1:8377 for the watch and its health check, or remove the health check',
} as const;

/**
 * `keykeeper healthcheck` without options, for the container's health check: of all settings it reads the one variable
 * that it needs. A wrong setting elsewhere has kept `watch` from starting, so nobody would answer.
 */
export async function quickHealthcheck(environment: Environment): Promise<QuickAnswer> {
  const given = environment.KEYKEEPER_HTTP ?? '';
  try {
    const address = parseHttpAddress(given === '' ? DEFAULT_HTTP : given);
    if (address.kind === 'off') return { exitCode: HTTP_OFF.exitCode, text: `unhealthy: ${HTTP_OFF.reason}\n` };
    const { healthy, reason } = await askHealth(address);
    return { exitCode: healthy ? HEALTHY : UNHEALTHY, text: `${healthy ? 'healthy' : 'unhealthy'}: ${reason}\n` };
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    return { exitCode: 2, text: `unhealthy: KEYKEEPER_HTTP ${error.message}. Try: ${error.expected}\n` };
  }
}
