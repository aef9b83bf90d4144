import type { Settings } from '../config/settings.ts';
import { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import type { ScheduleName, ScheduleOutcome } from '../core/schedule.ts';
import { vaultOpener } from '../keeper/open-keeper.ts';
import { noteAttempt, noteOutcome } from '../keeper/schedule-record.ts';
import { vaultFinding } from '../keeper/vault-finding.ts';

/**
 * Writes down that a drill or an export begins, or how it ended, for status, metrics and the schedule of a watch. A vault
 * that cannot be written fails neither: that is told.
 *
 * @param outcome null: it begins
 */
export async function noteSchedule(
  settings: Settings,
  name: ScheduleName,
  outcome: ScheduleOutcome | null,
): Promise<Finding[]> {
  try {
    const vault = await vaultOpener(settings, true)();
    if (outcome === null) await noteAttempt(vault, name, new Date().toISOString());
    else await noteOutcome(vault, name, outcome);
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [vaultFinding(error, 'warning')];
  }
}
