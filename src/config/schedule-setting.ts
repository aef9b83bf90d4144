import { Failure } from '../core/failure.ts';
import { parseDuration } from './duration.ts';
import { InvalidValue } from './invalid-value.ts';
import type { ScheduleSetting, Settings } from './settings.ts';

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

/** Reads `off`, or how often something is done. @throws InvalidValue */
export function parseSchedule(text: string): ScheduleSetting {
  if (text === 'off') return { kind: 'off' };
  try {
    return { kind: 'every', interval: parseDuration(text, { least: HOUR, most: YEAR }) };
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw new InvalidValue(
      error.message,
      'off, or a duration from 1h to 365d, such as 12h or 7d',
      error.instead ?? '7d',
    );
  }
}

/**
 * An export that runs by itself has to know where to, and for whose eyes: nobody is there to be asked.
 *
 * @throws Failure `conflicting-setting`
 */
export function checkScheduledExport(settings: Pick<Settings, 'export' | 'exportTo' | 'ageRecipients'>): void {
  if (settings.export.kind === 'off') return;
  const target = 'KEYKEEPER_EXPORT';
  if (settings.exportTo === null) {
    throw new Failure('conflicting-setting', 'KEYKEEPER_EXPORT is set, but not where to export to', {
      target,
      expected: 'KEYKEEPER_EXPORT_TO beside it: a directory or a file on another disk or machine',
      try: 'KEYKEEPER_EXPORT_TO=/offsite',
    });
  }
  if (settings.ageRecipients.length > 0) return;
  throw new Failure('conflicting-setting', 'KEYKEEPER_EXPORT is set, but nobody to encrypt to', {
    target,
    expected: 'KEYKEEPER_AGE_RECIPIENTS beside it: what leaves the house by itself is encrypted',
    try: 'age-keygen -o identity.txt, keep that file elsewhere, and set KEYKEEPER_AGE_RECIPIENTS to the age1… that it prints',
  });
}
