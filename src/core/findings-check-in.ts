import type { DailyCheck } from './check-in.ts';
import type { Finding } from './finding.ts';
import type { Observation } from './observation.ts';

const DAY = 24 * 3_600_000;
/** GLPI runs its first actions each minute: a day without any means that nobody runs them. In ms. */
const STALLED_AFTER = DAY;
/** The daily check may wait for its hours, and miss one; in its own frequencies. */
const OVERDUE_AFTER = 3;

/**
 * Whether GLPI itself would learn what becomes of its registration key: only its automatic action `checkAllUpdates` asks
 * GLPI Network by itself. Nothing is said without a registration key, at the gate, and while GLPI does not run.
 */
export function checkInFindings({ database, stage, glpiRunning, at }: Observation): Finding[] {
  if (database.kind !== 'answers' || database.checkIn === null || database.registration === null) return [];
  if (stage === 'gate' || glpiRunning === false) return [];
  const now = Date.parse(at);
  const { lastRun, daily } = database.checkIn;
  const target = 'glpi_crontasks';
  const hint = 'run php front/cron.php each minute as the web user (GLPI_CRONTAB_ENABLED=1 in the official image)';
  if (lastRun === null) {
    const message = "GLPI's automatic actions have never run: it does not ask GLPI Network by itself, nor send mail";
    return [{ code: 'glpi-cron-never-ran', severity: 'advice', target, message, try: hint }];
  }
  if (now - Date.parse(lastRun) > STALLED_AFTER) {
    const message = `GLPI's automatic actions ran last on ${lastRun}: it does not ask GLPI Network by itself, nor send mail`;
    return [{ code: 'glpi-cron-stalled', severity: 'advice', target, message, try: hint }];
  }
  return daily === null ? [] : dailyFindings(daily, now);
}

function dailyFindings({ enabled, mode, frequency, lastRun }: DailyCheck, now: number): Finding[] {
  const target = 'glpi_crontasks checkAllUpdates';
  if (!enabled) {
    const message = 'the automatic action checkAllUpdates is switched off: GLPI does not ask GLPI Network by itself';
    const hint = 'switch it on in Setup > Automatic actions';
    return [{ code: 'daily-check-disabled', severity: 'advice', target, message, try: hint }];
  }
  if (lastRun !== null && now - Date.parse(lastRun) <= OVERDUE_AFTER * frequency * 1000) return [];
  const when = lastRun === null ? 'has never run' : `ran last on ${lastRun}`;
  const why = mode === 'external' ? ', and only php front/cron.php on the command line runs it' : '';
  const message = `the automatic action checkAllUpdates ${when} while others do run${why}`;
  const hint = 'php front/cron.php --force checkAllUpdates, as the web user';
  return [{ code: 'daily-check-overdue', severity: 'advice', target, message, try: hint }];
}
