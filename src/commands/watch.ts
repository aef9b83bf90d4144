// Loaded while nothing is wrong: what puts a file back is not to be looked for then.
import '../keeper/apply.ts';
import { CheckLane } from '../keeper/check-lane.ts';
import type { Held } from '../keeper/hold-gate.ts';
import { monotonic } from '../keeper/monotonic.ts';
import { openCheck } from '../keeper/open-check.ts';
import { openKeeper, vaultOpener } from '../keeper/open-keeper.ts';
import { openSchedule } from '../keeper/open-schedule.ts';
import { restOptimizer } from '../keeper/optimizer.ts';
import { PodGate } from '../keeper/pod-gate.ts';
import type { CheckEvent } from '../keeper/registration-check.ts';
import type { Schedule } from '../keeper/schedule.ts';
import { Watch, type WatchReport } from '../keeper/watch.ts';
import { describeError } from '../report/describe-error.ts';
import type { ResultDocument } from '../report/document.ts';
import type { KeeperView } from '../report/http/keeper-view.ts';
import { serveProbes } from '../report/probe/probe-server.ts';
import type { ProbeView } from '../report/probe/probe-view.ts';
import { VERSION } from '../version.ts';
import { Announcer } from './announcer.ts';
import { CheckLog } from './check-log.ts';
import type { Command, CommandContext } from './command.ts';
import { keepHeapLean } from './keep-heap-lean.ts';
import { requireConfigDirectory } from './require-config-directory.ts';
import { resultOf } from './result-of.ts';
import { tellBlocked } from './tell-blocked.ts';
import { VerdictLog } from './verdict-log.ts';
import { WatchRecord } from './watch-record.ts';

/** `keykeeper watch`: the sidecar. */
export const watch: Command = {
  name: 'watch',
  summary: 'guard the keys while GLPI runs',
  description:
    'Run it beside GLPI, as a sidecar. A key file that vanishes or is cut comes back at once; another key in its place is ' +
    'judged by opening real values, and a rotation by GLPI itself is followed and captured, never rolled back. Owner and ' +
    'mode are repaired, and every change that counts is kept in the vault.\n\n' +
    'With --gate it is healthy only once GLPI may start, so that GLPI can depend on it in place of a separate init. In a ' +
    'pod, as a native sidecar, it ends when the gate stays blocked: the reason is then in the pod, and the kubelet starts ' +
    'it again with a growing delay.\n\n' +
    'Events of the file system and of the container engine, a timer (KEYKEEPER_INTERVAL), SIGHUP and POST /reconcile all ' +
    'run the same pass. It serves /healthz, /readyz, /status and /metrics (KEYKEEPER_HTTP).\n\n' +
    'Exit codes: 0 stopped by a signal · 2 a setting is wrong · in a pod, with --gate, those of keykeeper init.',
  examples: [
    { line: 'keykeeper watch', purpose: 'as the command of a Compose service' },
    { line: 'keykeeper watch --gate', purpose: 'one service for both: GLPI waits for it to be healthy' },
  ],
  options: [{ flags: '--gate', description: 'prepare the keys first, and be healthy only once GLPI may start' }],
  run,
};

async function run(context: CommandContext): Promise<ResultDocument | null> {
  const { settings, signal, environment, logger, options } = context;
  requireConfigDirectory(settings);
  await using opened = await openKeeper(settings, options.gate === true ? 'gate' : 'guard', true, environment);
  const { keeper, platform, openVault, followVault } = opened;
  const checkLog = new CheckLog(logger);
  const announcer = new Announcer(platform, signal);
  const onEvent = (event: CheckEvent) => {
    checkLog.add(event);
    announcer.addCheck(event);
  };
  const check = openCheck({ settings, environment, openVault, platform, onEvent });
  const onCheckError = (error: unknown) => logger.error('the check of the registration key failed', { error });
  const lane = check === null ? null : new CheckLane(check, settings, onCheckError);
  const schedule = openSchedule({
    settings,
    openVault,
    lookIntoVault: vaultOpener(settings, false),
    onOutcome: (name, { success, message }) => {
      logger[success ? 'info' : 'error'](`${name} ${success ? 'done' : 'failed'}`, { result: message });
      // Status and metrics tell it from here on, not only after the next timer.
      loop.ask('timer');
    },
    onError: (error) => logger.error('what runs on a schedule failed', { error }),
  });
  const record = new WatchRecord(keeper, VERSION, now, monotonic, check === null ? null : () => check.state());
  const log = new VerdictLog(logger, now);
  const loop = new Watch({
    keeper,
    platform,
    followVault,
    monotonic,
    signal,
    podGate: isPod(environment) ? new PodGate(settings.databaseWait, monotonic) : undefined,
    onResult: (report) => {
      log.add(report, record.add(report), keeper);
      announcer.add(report, keeper.stage);
      if (keeper.stage !== 'guard') return;
      lane?.see(report.result);
      schedule?.begin();
    },
    onError: (error) => {
      record.addError(describeError(error));
      logger.error('a pass failed', { error });
    },
  });
  const onHangUp = () => loop.ask('signal');
  process.on('SIGHUP', onHangUp);
  let held: Held | null = null;
  try {
    await using _probes = await serveProbes({ view: probesOf(loop, record), logger });
    await using _http = await serve(viewOf(loop, record), context);
    logger.info('watching', {
      instance: settings.instance,
      directory: settings.configDir,
      platform: platform.name,
      preset: settings.preset.name,
      because: settings.presetEvidence,
    });
    // What has been loaded by now came with its code, which V8 takes under the flags alone with which it was made.
    keepHeapLean();
    restOptimizer();
    held = await runBeside(loop, [lane, schedule], signal);
  } finally {
    process.off('SIGHUP', onHangUp);
  }
  if (held === null) {
    logger.info('stopped');
    return null;
  }
  const { result, decision } = held;
  const document = resultOf(result, { command: 'watch', exitCode: decision.exitCode, gate: decision });
  await tellBlocked(document, context, platform);
  return document;
}

/** The kubelet gives every container of every pod the address of the API server. */
function isPod(environment: CommandContext['environment']): boolean {
  return (environment.KUBERNETES_SERVICE_HOST ?? '') !== '';
}

/** The lanes end with the watch, however that ends. */
async function runBeside(
  loop: Watch,
  lanes: readonly (CheckLane | Schedule | null)[],
  signal: AbortSignal,
): Promise<Held | null> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const running = lanes.map((lane) => lane?.run(either));
  try {
    return await loop.run();
  } finally {
    ended.abort();
    await Promise.all(running);
  }
}

function probesOf(loop: Watch, record: WatchRecord): ProbeView {
  return {
    gate: () => record.gate(),
    live: () => {
      const stalled = loop.stalledFor();
      if (stalled === null) return { passed: true, reason: 'the loop goes on' };
      return { passed: false, reason: `the loop has stood still for ${Math.round(stalled / 1_000)} s` };
    },
  };
}

function viewOf(loop: Watch, record: WatchRecord): KeeperView {
  return {
    status: () => record.status(),
    health: () => record.health(),
    ready: () => record.ready(),
    metrics: () => record.metrics(),
    reconcile: async () => {
      const report: WatchReport = await loop.runNow('http');
      return resultOf(report.result, { command: 'reconcile', exitCode: 0 });
    },
  };
}

/** Nothing to dispose of where HTTP is off; the framework is not even loaded then. */
async function serve(view: KeeperView, { settings, logger }: CommandContext): Promise<AsyncDisposable> {
  const { http, httpToken } = settings;
  if (http.kind === 'off') return { [Symbol.asyncDispose]: async () => undefined };
  const { startHttpServer } = await import('../report/http/server.ts');
  return await startHttpServer({ view, address: http, token: httpToken, logger });
}

function now(): Date {
  return new Date();
}
