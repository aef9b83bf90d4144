import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { VERDICTS } from '../../../src/core/verdict.ts';
import { emptyDocument } from '../../../src/report/failure-document.ts';
import { printResult } from '../../../src/report/print-result.ts';
import { styleFor } from '../../../src/report/style.ts';
import { lostDocument, restoredDocument } from './sample-document.ts';

describe('a result for people', () => {
  it('says what was found, how it is now, what was done and whether GLPI may start', () => {
    expect(printResult(restoredDocument())).toBe(
      [
        'found    missing: there is no key file',
        'now      sound: the key opens every sealed value',
        'secrets  7 of 7 open',
        'key      0123456789abcdef',
        'vault    newest generation 13',
        'gate     open: GLPI may start',
        '',
        '  done  restore-file  glpicrypt.key (from generation 12)',
        '  done  capture       vault',
        '',
      ].join('\n'),
    );
  });

  it('says what to do when GLPI must not start, and names only some of the dead values', () => {
    const text = printResult(lostDocument());

    expect(text).toContain('gate     blocked: GLPI must not start (exit code 10)');
    expect(text).toContain('error: /var/glpi/config/glpicrypt.key: no known key opens');
    expect(text).toContain('  Try: look for the old key');
    expect(text.match(/core\/smtp_passwd/g)).toHaveLength(5);
    expect(text).toContain('and 2 more');
  });

  it('calls a first install what it is, and not a missing key', () => {
    const finding = { code: 'first-install', severity: 'info', target: '', message: 'nothing there', try: '' } as const;

    const text = printResult({ ...emptyDocument('init', 0, [finding]), verdict: 'missing', gate: 'open' });

    expect(text).toContain('first install: nothing to restore');
    expect(text).not.toContain('there is no key file');
  });

  it('tells apart what was done, what would be done and what failed', () => {
    const document = { ...restoredDocument(), actions: [{ action: 'capture', target: 'vault', done: false }] };

    expect(printResult({ ...document, dryRun: true })).toContain('would  capture');
    expect(printResult(document)).toContain('failed  capture');
  });

  it.each(VERDICTS)('has words for %s', (verdict) => {
    expect(printResult({ ...emptyDocument('status', 0), verdict })).toMatch(new RegExp(`found  ${verdict}: \\w+`));
  });

  it('has colours on a terminal alone, and the same words', () => {
    const coloured = printResult(restoredDocument(), styleFor({ isTTY: true }, {}));
    const plain = [
      printResult(restoredDocument(), styleFor({ isTTY: false }, {})),
      printResult(restoredDocument(), styleFor({ isTTY: true }, { NO_COLOR: '1' })),
    ];

    expect(coloured).toContain('\u001b[32msound');
    expect(plain).toEqual([printResult(restoredDocument()), printResult(restoredDocument())]);
    expect(stripVTControlCharacters(coloured)).toBe(plain[0]);
  });
});
