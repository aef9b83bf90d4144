import { Failure } from '../core/failure.ts';
import type { ResultDocument } from '../report/document.ts';
import { emptyDocument } from '../report/failure-document.ts';
import { askHealth } from './ask-health.ts';
import { askProbe } from './ask-probe.ts';
import type { Command, CommandContext } from './command.ts';
import { HEALTHY, HTTP_OFF, UNHEALTHY } from './quick-healthcheck.ts';
import { FAILED, PASSED } from './quick-probe.ts';

/** `keykeeper healthcheck` with options; without any, or with a probe's alone, main.ts takes a shorter way. */
export const healthcheck: Command = {
  name: 'healthcheck',
  summary: 'ask a running watch whether the key is safe',
  description:
    'Asks GET /healthz at the address of KEYKEEPER_HTTP and prints the reason. It is meant for the health check of the ' +
    'container in which keykeeper watch runs, and costs little more than starting Node.js.\n\n' +
    'With --startup or --live it is a probe of a pod instead: it asks the watch of its own container over a socket that ' +
    'needs no HTTP and no setting. --startup passes once GLPI may start, and waits a moment for that; --live fails only ' +
    'where the loop hangs, never for what the watch finds.\n\n' +
    'Exit codes: 0 healthy or passed, 1 unhealthy, failed or no answer, 2 when HTTP is off and no probe was asked for.',
  examples: [
    { line: 'keykeeper healthcheck', purpose: 'as the health check of the container that runs keykeeper watch' },
    { line: 'keykeeper healthcheck --http 127.0.0.1:9000', purpose: 'a watch that listens elsewhere' },
    { line: 'keykeeper healthcheck --startup', purpose: "as the start-up probe of a pod's sidecar" },
  ],
  options: [
    { flags: '--startup', description: 'start-up probe: whether GLPI may start' },
    { flags: '--live', description: 'liveness probe: whether the loop of the watch goes on' },
  ],
  run,
  print: ({ details }) => `${details?.healthy === true ? 'healthy' : 'unhealthy'}: ${details?.reason}\n`,
};

async function run({ settings: { http }, options }: CommandContext): Promise<ResultDocument> {
  if (options.startup === true && options.live === true) {
    throw new Failure('usage', '--startup and --live are two probes', { target: '--live', try: 'give one of them' });
  }
  if (options.startup === true || options.live === true) {
    const { passed, reason } = await askProbe(options.startup === true ? 'gate' : 'live');
    return { ...emptyDocument('healthcheck', passed ? PASSED : FAILED), details: { healthy: passed, reason } };
  }
  if (http.kind === 'off') {
    return { ...emptyDocument('healthcheck', HTTP_OFF.exitCode), details: { healthy: false, reason: HTTP_OFF.reason } };
  }
  const { healthy, reason } = await askHealth(http);
  return { ...emptyDocument('healthcheck', healthy ? HEALTHY : UNHEALTHY), details: { healthy, reason } };
}
