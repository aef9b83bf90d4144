import type { Settings } from '../config/settings.ts';
import { Failure } from '../core/failure.ts';
import type { ScheduleName, ScheduleOutcome } from '../core/schedule.ts';
import { describeDrill, succeeded } from './drill/drill-report.ts';
import type { VaultOpener } from './look-at-vault.ts';
import { Schedule, type ScheduledTask } from './schedule.ts';

export interface OpenScheduleOptions {
  readonly settings: Settings;
  readonly openVault: VaultOpener;
  /** The same vault, for looking only. */
  readonly lookIntoVault: VaultOpener;
  readonly onOutcome: (name: ScheduleName, outcome: ScheduleOutcome) => void;
  readonly onError: (error: unknown) => void;
}

/** What these settings have a watch do now and then; null for nothing. */
export function openSchedule(options: OpenScheduleOptions): Schedule | null {
  const { settings, openVault, onOutcome, onError } = options;
  const tasks: ScheduledTask[] = [];
  if (settings.drill.kind === 'every') {
    tasks.push({ name: 'drill', interval: settings.drill.interval, run: (signal) => drill(options, signal) });
  }
  if (settings.export.kind === 'every') {
    tasks.push({ name: 'export', interval: settings.export.interval, run: (signal) => exportVault(options, signal) });
  }
  return tasks.length === 0 ? null : new Schedule({ tasks, openVault, now: Date.now, onOutcome, onError });
}

type Ended = Omit<ScheduleOutcome, 'at'>;

async function drill({ settings, lookIntoVault }: OpenScheduleOptions, signal: AbortSignal): Promise<Ended> {
  return await told(async () => {
    const { runDrill } = await import('./drill/run-drill.ts');
    const report = await runDrill({ settings, openVault: lookIntoVault, now: () => new Date(), signal });
    return { success: succeeded(report), message: describeDrill(report) };
  });
}

async function exportVault({ settings, lookIntoVault }: OpenScheduleOptions, signal: AbortSignal): Promise<Ended> {
  return await told(async () => {
    const { describeExport, runExport } = await import('./off-site/run-export.ts');
    const vault = await lookIntoVault();
    // Settings without it are refused at the start (config/schedule-setting.ts).
    const place = settings.exportTo ?? '';
    const recipients = settings.ageRecipients;
    const now = () => new Date();
    const done = await runExport({ settings, vault, place, recipients, rotates: true, now, signal });
    return { success: true, message: `${describeExport(done)}, in ${done.path}` };
  });
}

async function told(run: () => Promise<Ended>): Promise<Ended> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { success: false, message: error.message };
  }
}
