import type { Verdict } from '../core/verdict.ts';

/** What a verdict means, as a sentence about the live key. */
export function verdictWords(verdict: Verdict): string {
  switch (verdict) {
    case 'sound':
      return 'the key opens every sealed value';
    case 'damaged':
      return 'the key is right, but some values were destroyed';
    case 'mixed':
      return 'the key opens some sealed values, not all';
    case 'wrong':
      return 'the key opens nothing, another known key does';
    case 'missing':
      return 'there is no key file';
    case 'malformed':
      return 'the key file does not hold a key';
    case 'unreadable':
      return 'the key file cannot be read';
    case 'unproven':
      return 'there is a key, and nothing to test it on yet';
    case 'lost':
      return 'no known key opens the database';
  }
}

/** Whether a verdict is good news, bad news, or neither. */
export function verdictMood(verdict: Verdict): 'good' | 'caution' | 'bad' {
  switch (verdict) {
    case 'sound':
      return 'good';
    case 'unproven':
    case 'damaged':
    case 'mixed':
      return 'caution';
    case 'wrong':
    case 'missing':
    case 'malformed':
    case 'unreadable':
    case 'lost':
      return 'bad';
  }
}
