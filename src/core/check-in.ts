/** How GLPI's own automatic actions fare. Times are RFC 3339, UTC; null: never. */
export interface CheckIn {
  /** When any of them ran last. */
  readonly lastRun: string | null;
  /** `checkAllUpdates`, the one that asks GLPI Network; null where GLPI has no such action. */
  readonly daily: DailyCheck | null;
}

export interface DailyCheck {
  readonly enabled: boolean;
  /** `internal`: run by visits to GLPI's pages; `external`: by `front/cron.php` from the command line. */
  readonly mode: 'internal' | 'external';
  /** In seconds. */
  readonly frequency: number;
  readonly lastRun: string | null;
}
