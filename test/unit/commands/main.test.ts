import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '../../../src/main.ts');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-main-'));
  mkdirSync(join(folder, 'config'));
  mkdirSync(join(folder, 'vault'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function run(argv: readonly string[], environment: Record<string, string> = {}) {
  return spawnSync(process.execPath, [MAIN, ...argv], { env: environment, encoding: 'utf8' });
}

/** Settings that keep a run within the folder. */
function places(): Record<string, string> {
  return { KEYKEEPER_CONFIG_DIR: join(folder, 'config'), KEYKEEPER_VAULT: `file://${folder}/vault` };
}

describe('the program', () => {
  it('runs from its source, and reads the file that --config names', () => {
    const file = join(folder, 'keykeeper.yaml');
    writeFileSync(file, 'instance: helpdesk\n');

    const { status, stdout, stderr } = run(['config', '--config', file]);

    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`${file}:1`);
  });

  it('ends with exit code 2 on a misspelt variable, before it does anything', () => {
    const { status, stdout, stderr } = run(['init'], { KEYKEEPER_CONFIGDIR: folder });

    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Try: rename it to KEYKEEPER_CONFIG_DIR');
  });

  it('takes the short way for the health check, and says that nothing answers', () => {
    const { status, stdout } = run(['healthcheck'], { KEYKEEPER_HTTP: '127.0.0.1:1' });

    expect(status).toBe(1);
    expect(stdout).toContain('unhealthy: nothing answers at 127.0.0.1:1');
  });

  it.each(['--startup', '--live'])('takes the short way for the probe %s, and reads no setting for it', (option) => {
    const { status, stdout, stderr } = run(['healthcheck', option], { KEYKEEPER_NO_SETTING: 'x' });

    // Another watch on this machine may answer for it.
    expect(stdout).toMatch(/^(passed|failed): /);
    expect([status, stderr]).toEqual([stdout.startsWith('passed') ? 0 : 1, '']);
  });

  it.each(['init', 'watch'])('leaves the reason where the kubelet reads it when %s cannot begin', (command) => {
    const file = join(folder, 'termination-log');
    writeFileSync(file, '');

    run([command], { KEYKEEPER_CONFIGDIR: folder, KEYKEEPER_TERMINATION_LOG: file });

    expect(readFileSync(file, 'utf8')).toContain('Try: rename it to KEYKEEPER_CONFIG_DIR');
  });

  it('leaves no reason there for a command that is not the life of the container', () => {
    const file = join(folder, 'termination-log');
    writeFileSync(file, '');

    run(['status'], { KEYKEEPER_CONFIGDIR: folder, KEYKEEPER_TERMINATION_LOG: file });

    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('does not mind a reader that goes away', () => {
    const line = `"${process.execPath}" "${MAIN}" init --help | true; exit "\${PIPESTATUS[0]}"`;

    const { status, stderr } = spawnSync('bash', ['--norc', '-c', line], { env: {}, encoding: 'utf8' });

    expect([status, stderr]).toEqual([0, '']);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('lets a watch end by itself on %s, with exit code 0', async (signal) => {
    const child = spawn(process.execPath, [MAIN, 'watch'], {
      env: {
        ...places(),
        KEYKEEPER_DATABASE: 'none',
        KEYKEEPER_PLATFORM: 'none',
        KEYKEEPER_HTTP: 'off',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      await once(child.stderr, 'data');

      child.kill(signal);

      expect(await once(child, 'exit')).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('gives up a wait at the gate on SIGTERM, with an exit code that keeps GLPI from starting', async () => {
    const child = spawn(process.execPath, [MAIN, 'init', '--json'], {
      env: {
        ...places(),
        KEYKEEPER_DATABASE: 'mysql://glpi@127.0.0.1:1/glpi',
        KEYKEEPER_PLATFORM: 'none',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      const printed = text(child.stdout);
      await once(child.stderr, 'data');

      child.kill('SIGTERM');

      expect(await once(child, 'exit')).toEqual([143, null]);
      expect(JSON.parse(await printed)).toMatchObject({
        command: 'init',
        exitCode: 143,
        findings: [{ code: 'stopped' }],
      });
    } finally {
      child.kill('SIGKILL');
    }
  });
});
