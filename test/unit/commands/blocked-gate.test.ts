import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runLine } from './run-line.ts';

let folder: string;
let environment: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-blocked-'));
  mkdirSync(join(folder, 'config'));
  mkdirSync(join(folder, 'vault'));
  writeFileSync(join(folder, 'termination-log'), '');
  environment = {
    KEYKEEPER_CONFIG_DIR: join(folder, 'config'),
    KEYKEEPER_VAULT: `file://${folder}/vault`,
    KEYKEEPER_DATABASE: 'none',
    KEYKEEPER_PLATFORM: 'none',
    KEYKEEPER_TERMINATION_LOG: join(folder, 'termination-log'),
  };
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function message(): string {
  return readFileSync(join(folder, 'termination-log'), 'utf8');
}

describe('an init container whose gate is blocked', () => {
  it('leaves the exit code, the finding and what to try where the kubelet reads it', async () => {
    writeFileSync(join(folder, 'config', 'glpicrypt.key'), 'no key');

    const { exitCode } = await runLine(['init'], environment);

    expect(exitCode).toBe(11);
    expect(message()).toMatch(/^GLPI must not start \(exit code 11\)\nkey-malformed: .*Try: keykeeper history/s);
  });

  it('leaves nothing there where the gate opens', async () => {
    const { exitCode } = await runLine(['init'], environment);

    expect([exitCode, message()]).toEqual([0, '']);
  });

  it('leaves nothing there for a look at what it would do', async () => {
    writeFileSync(join(folder, 'config', 'glpicrypt.key'), 'no key');

    await runLine(['init', '--dry-run'], environment);

    expect(message()).toBe('');
  });
});
