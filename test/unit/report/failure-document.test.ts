import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { Failure, type FailureCode } from '../../../src/core/failure.ts';
import { resultSchema } from '../../../src/report/document.ts';
import { failureDocument } from '../../../src/report/failure-document.ts';
import { printFailure } from '../../../src/report/print-failure.ts';
import { lostDocument, restoredDocument } from './sample-document.ts';

const EXIT_CODES: readonly (readonly [FailureCode, number])[] = [
  ['usage', 2],
  ['unknown-setting', 2],
  ['invalid-setting', 2],
  ['conflicting-setting', 2],
  ['unreadable-secret-file', 2],
  ['refused', 11],
  ['lease-held', 11],
  ['database-unreachable', 12],
  ['database-lost', 12],
  ['file-unreadable', 13],
  ['access-not-repaired', 13],
  ['vault-missing', 14],
  ['vault-full', 14],
  ['vault-unwritable', 14],
  ['vault-foreign', 14],
];

describe('a failure as a document', () => {
  it.each(EXIT_CODES)('%s ends with exit code %i', (code, exitCode) => {
    const document = failureDocument('init', new Failure(code, 'went wrong'));

    expect(document.exitCode).toBe(exitCode);
    expect(z.safeParse(resultSchema, document).success).toBe(true);
  });

  it('says what happened, to what, what would have been right and what to do', () => {
    const failure = new Failure('invalid-setting', 'settle has no unit', {
      target: 'KEYKEEPER_SETTLE',
      expected: 'a duration',
      try: 'KEYKEEPER_SETTLE=30s',
    });

    expect(failureDocument('init', failure).findings).toEqual([
      {
        code: 'invalid-setting',
        severity: 'error',
        target: 'KEYKEEPER_SETTLE',
        message: 'settle has no unit (expected: a duration)',
        try: 'KEYKEEPER_SETTLE=30s',
      },
    ]);
    expect(printFailure(failure)).toBe(
      'keykeeper: settle has no unit\n  Target: KEYKEEPER_SETTLE\n  Expected: a duration\n  Try: KEYKEEPER_SETTLE=30s\n',
    );
  });
});

describe('the schema of results', () => {
  it('fits what commands print', () => {
    for (const document of [restoredDocument(), lostDocument()]) {
      expect(z.safeParse(resultSchema, JSON.parse(JSON.stringify(document))).success).toBe(true);
    }
  });

  it.each([{ verdict: 'fine' }, { exitCode: -1 }, { gate: 'ajar' }, { findings: [{ code: 'x' }] }, { surprise: true }])(
    'does not fit %j',
    (wrong) => {
      expect(z.safeParse(resultSchema, { ...restoredDocument(), ...wrong }).success).toBe(false);
    },
  );
});
