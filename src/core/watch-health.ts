import type { Judgement } from './verdict.ts';

/**
 * Whether the key is safe, for the health check: it opens what is there, or nothing is there that it should open, or
 * there is none to lose yet. A database that does not answer makes no key unsafe.
 */
export function keyIsSafe(judgement: Judgement): boolean {
  if (judgement.elsewhere !== null) return false;
  switch (judgement.verdict) {
    case 'sound':
    case 'damaged':
    case 'mixed':
    case 'unproven':
      return true;
    case 'missing':
      return judgement.firstInstall;
    case 'malformed':
    case 'wrong':
    case 'unreadable':
    case 'lost':
      return false;
  }
}
