import type { AbsolutePath } from '../core/brand.ts';
import type { Finding } from '../core/finding.ts';
import type { Secret } from '../core/secret.ts';
import {
  checkUpdatesCommand,
  clearCacheCommand,
  type KeySeen,
  listModulesCommand,
  missingModules,
  operatorLine,
  readMarketplaceSearch,
  searchMarketplaceCommand,
} from '../glpi/console.ts';
import type { ExecOutcome, Platform } from '../platform/platform.ts';
import { removeCachedAnswer } from './remove-cached-answer.ts';

export interface RefreshRequest {
  readonly platform: Platform;
  /** GLPI's root in its own container. */
  readonly root: AbsolutePath;
  /** Who GLPI runs as, `uid:gid`; null where that is not known, and no command is run. */
  readonly user: string | null;
  /** See {@link removeCachedAnswer}, as the three below. */
  readonly varDir: AbsolutePath;
  readonly cacheConfig: string | null;
  readonly version: string;
  readonly keys: readonly Secret<string>[];
  /** What GLPI Network itself said of the key now; null where it did not say. */
  readonly answer: 'valid' | 'invalid' | null;
  readonly signal: AbortSignal;
}

export interface RefreshResult {
  /** False: something was in the way that may pass. */
  readonly final: boolean;
  /** By what GLPI was made to forget: its file, its own command, or nothing. */
  readonly by: 'file' | 'command' | 'nothing';
  /** Whether GLPI takes its key for valid now. */
  readonly seen: KeySeen;
  /** What was done, for people. */
  readonly detail: string;
  readonly findings: readonly Finding[];
}

/** GLPI's console starts in a second; its daily task asks for every plugin. In ms. */
const CONSOLE_TIMEOUT = 60_000;
const TASK_TIMEOUT = 180_000;
const OUTPUT_LIMIT = 64 * 1024;

/**
 * Makes GLPI see what GLPI Network says of its key now, instead of what it said within the last day: its cached answer is
 * removed where its var directory is mounted here, else by its own command in its container, else the operator is told
 * the line to run. Where commands can be run, GLPI is then made to ask, and what it makes of the answer is read back.
 *
 * Killed at any moment, GLPI has forgotten the answer or still knows it; both are states that it gets into by itself.
 *
 * @throws the reason of `signal` once that is aborted
 */
export async function refreshGlpi(request: RefreshRequest): Promise<RefreshResult> {
  const removal = await removeCachedAnswer(request);
  if (removal.kind === 'gone') {
    const done = removal.removed > 0 ? 'removed the answer from its cache' : 'its cache held no answer';
    return await letAsk(request, 'file', done);
  }
  const cleared = await run(request, clearCacheCommand(request.version), CONSOLE_TIMEOUT);
  if (cleared.kind === 'ended' && cleared.exitCode === 0) return await letAsk(request, 'command', 'cleared its cache');
  const reasons = `${removal.reason}; ${failureOf(cleared)}`;
  const { container } = await request.platform.observe(request.signal);
  const final = cleared.kind === 'denied' || cleared.kind === 'none';
  const detail = `its cache could not be cleared: ${reasons}`;
  return {
    final,
    by: 'nothing',
    seen: 'unknown',
    detail,
    findings: [stale(request, reasons, container?.name ?? null)],
  };
}

async function letAsk(request: RefreshRequest, by: 'file' | 'command', done: string): Promise<RefreshResult> {
  const task = await run(request, checkUpdatesCommand(), TASK_TIMEOUT);
  if (task.kind !== 'ended') return { final: true, by, seen: 'unknown', detail: done, findings: [] };
  const ran = `${done}, ran checkAllUpdates${task.exitCode === 0 ? '' : ` (exit code ${task.exitCode})`}`;
  const command = searchMarketplaceCommand(request.version);
  const search = command === null ? null : await run(request, command, CONSOLE_TIMEOUT);
  const seen = search?.kind === 'ended' ? readMarketplaceSearch(search) : 'unknown';
  const findings = request.answer === 'valid' && seen !== 'valid' ? await disagreement(request, seen) : [];
  const told = seen === 'unknown' ? ran : `${ran}, and it takes its key for ${seen}`;
  return { final: true, by, seen, detail: told, findings };
}

type Run = ExecOutcome | { readonly kind: 'none'; readonly message: string };

async function run({ platform, user, root, signal }: RefreshRequest, command: string[], timeout: number): Promise<Run> {
  if (platform.exec === undefined)
    return { kind: 'none', message: 'commands cannot be run in its container from here' };
  if (user === null) return { kind: 'none', message: 'who it runs as is not known (KEYKEEPER_OWNER)' };
  return await platform.exec(command, { user, workingDirectory: root, timeout, outputLimit: OUTPUT_LIMIT, signal });
}

function failureOf(outcome: Run): string {
  return outcome.kind === 'ended' ? `its own command ended with ${outcome.exitCode}` : outcome.message;
}

/**
 * GLPI refuses a key that GLPI Network just called valid: its own way there is another one, or shut. Where it does not tell
 * what it takes its key for, as 9.5 never does, only what it needs for asking is looked up.
 */
async function disagreement(request: RefreshRequest, seen: KeySeen): Promise<Finding[]> {
  const modules = await run(request, listModulesCommand(), CONSOLE_TIMEOUT);
  const missing = modules.kind === 'ended' ? missingModules(modules) : [];
  if (missing.length > 0) return [lacking(missing.join(' and '))];
  if (seen === 'unknown') return [];
  return [
    {
      code: 'glpi-refuses-key',
      severity: 'warning',
      target: 'glpi_configs.glpinetwork_registration_key',
      message: 'GLPI calls its registration key invalid although GLPI Network calls it valid: its own way there fails',
      try: "see php-errors.log in GLPI's log directory; its container may need the proxy or the certificate that this one has",
    },
  ];
}

function lacking(names: string): Finding {
  return {
    code: 'glpi-php-module-missing',
    severity: 'warning',
    target: names,
    message: `GLPI's PHP has no ${names}, so GLPI cannot ask GLPI Network and calls its key invalid, which it is not`,
    try: `use an image of GLPI whose PHP has ${names}`,
  };
}

function stale(request: RefreshRequest, reasons: string, container: string | null): Finding {
  const { root, user, version } = request;
  const place = { root, container, pod: request.platform.pod, user: user ?? 'www-data' };
  return {
    code: 'glpi-cache-stale',
    severity: 'advice',
    target: container ?? 'GLPI',
    message: `GLPI may go by an outdated answer about its registration key for up to a day: ${reasons}`,
    try: operatorLine(clearCacheCommand(version), place),
  };
}
