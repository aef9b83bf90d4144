import type { ResultDocument } from '../../../src/report/document.ts';
import { emptyDocument } from '../../../src/report/failure-document.ts';

/** A run of init that put a lost key back. */
export function restoredDocument(): ResultDocument {
  return {
    ...emptyDocument('init', 0),
    verdict: 'missing',
    verdictAfter: 'sound',
    gate: 'open',
    actions: [
      { action: 'restore-file', target: 'glpicrypt.key', done: true, note: 'from generation 12' },
      { action: 'capture', target: 'vault', done: true },
    ],
    canary: { tested: 7, opened: 7, unreadable: [] },
    fingerprint: '0123456789abcdef',
    generation: 13,
  };
}

/** A run of init that must not let GLPI start. */
export function lostDocument(): ResultDocument {
  const reference = { table: 'glpi_configs', column: 'value', id: 3, context: 'core', name: 'smtp_passwd' };
  return {
    ...emptyDocument('init', 10),
    verdict: 'lost',
    verdictAfter: 'lost',
    gate: 'blocked',
    findings: [
      {
        code: 'key-lost',
        severity: 'error',
        target: '/var/glpi/config/glpicrypt.key',
        message: 'no known key opens any of the 7 sealed values',
        try: 'look for the old key',
      },
    ],
    canary: { tested: 7, opened: 0, unreadable: Array(7).fill(reference) },
  };
}
