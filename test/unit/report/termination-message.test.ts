import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/core/finding.ts';
import { blockedMessage, writeTerminationMessage } from '../../../src/report/termination-message.ts';

const LOST: Finding = {
  code: 'key-lost',
  severity: 'error',
  target: '/var/glpi/config/glpicrypt.key',
  message: 'no known key opens any of the 7 sealed values in the database',
  try: 'look for the old glpicrypt.key',
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-termination-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the message of a blocked gate', () => {
  it('names the exit code, the finding and what to try', () => {
    const message = blockedMessage({ exitCode: 10, findings: [LOST] });

    expect(message).toBe(
      'GLPI must not start (exit code 10)\nkey-lost: /var/glpi/config/glpicrypt.key: no known key opens any of the 7 sealed values in the database. Try: look for the old glpicrypt.key',
    );
  });

  it('leaves out what is no error beside an error, and only names what comes third', () => {
    const findings = [
      LOST,
      { ...LOST, code: 'other-database' },
      { ...LOST, code: 'vault-full' },
      { ...LOST, code: 'first-install', severity: 'info' as const },
    ];

    const message = blockedMessage({ exitCode: 10, findings });

    expect(message).toMatch(/also vault-full$/);
    expect(message).not.toContain('first-install');
  });

  it('stays short however much is to be told', () => {
    const message = blockedMessage({ exitCode: 11, findings: [{ ...LOST, message: 'x'.repeat(10_000) }] });

    expect(Buffer.byteLength(message)).toBeLessThan(4096);
  });
});

describe('the termination message', () => {
  it("is written over what stood in the kubelet's file", () => {
    const path = join(folder, 'termination-log');
    writeFileSync(path, 'what an earlier end left, and it was longer than this');

    const trouble = writeTerminationMessage(path, 'blocked');

    expect(trouble).toBeNull();
    expect(readFileSync(path, 'utf8')).toBe('blocked');
  });

  it('makes no file where there is none', () => {
    const path = join(folder, 'termination-log');

    expect(writeTerminationMessage(path, 'blocked')).toBeNull();
    expect(existsSync(path)).toBe(false);
  });

  it('is not written through a symlink', () => {
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, 'precious');
    symlinkSync(elsewhere, join(folder, 'termination-log'));

    const trouble = writeTerminationMessage(join(folder, 'termination-log'), 'blocked');

    expect(trouble).toBe('ELOOP');
    expect(readFileSync(elsewhere, 'utf8')).toBe('precious');
  });
});
