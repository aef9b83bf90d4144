import type { ResultDocument } from '../report/document.ts';
import { emptyDocument } from '../report/failure-document.ts';
import { askHealth } from './ask-health.ts';
import type { Command, CommandContext } from './command.ts';
import { HEALTHY, HTTP_OFF, UNHEALTHY } from './quick-healthcheck.ts';

/** `keykeeper healthcheck` with options; without any, main.ts takes the shorter way of quick-healthcheck.ts. */
export const healthcheck: Command = {
  name: 'healthcheck',
  summary: 'ask a running watch whether the key is safe',
  description:
    'Asks GET /healthz at the address of KEYKEEPER_HTTP and prints the reason. It is meant for the health check of the ' +
    'container in which keykeeper watch runs, and costs little more than starting Node.js.\n\n' +
    'Exit codes: 0 healthy, 1 unhealthy or no answer, 2 when HTTP is off.',
  examples: [
    { line: 'keykeeper healthcheck', purpose: 'as the health check of the container that runs keykeeper watch' },
    { line: 'keykeeper healthcheck --http 127.0.0.1:9000', purpose: 'a watch that listens elsewhere' },
  ],
  options: [],
  run,
  print: ({ details }) => `${details?.healthy === true ? 'healthy' : 'unhealthy'}: ${details?.reason}\n`,
};

async function run({ settings: { http } }: CommandContext): Promise<ResultDocument> {
  if (http.kind === 'off') {
    return { ...emptyDocument('healthcheck', HTTP_OFF.exitCode), details: { healthy: false, reason: HTTP_OFF.reason } };
  }
  const { healthy, reason } = await askHealth(http.host, http.port);
  return { ...emptyDocument('healthcheck', healthy ? HEALTHY : UNHEALTHY), details: { healthy, reason } };
}
