import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toolAvailable } from './tool.ts';

const vaults = fileURLToPath(new URL('../../fixtures/vaults', import.meta.url));
const page = readFileSync(new URL('../../../docs/vault-format.md', import.meta.url), 'utf8');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-by-hand-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** The page's commands for this kind of vault, in order, each as it stands. */
function commandsFor(kind: 'plain' | 'age'): string[] {
  const blocks = [...page.matchAll(/^```sh ([a-z ]+)\n(.*?)^```$/gms)];
  return blocks.filter(([, kinds]) => kinds?.split(' ').includes(kind)).map(([, , commands]) => commands ?? '');
}

/** Runs each block in bash, in one empty folder, and gives their outputs. */
function run(kind: 'plain' | 'age'): string[] {
  const vault = join(vaults, `${kind}-1`);
  const env = { ...process.env, VAULT: join(vault, 'glpi'), IDENTITY: join(vault, 'identity.txt') };
  return commandsFor(kind).map((commands) => {
    const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', commands], { cwd: folder, env });
    if (status !== 0) throw new Error(`${commands}\n${stderr}`);
    return stdout.toString();
  });
}

function read(name: string): Buffer {
  return readFileSync(join(folder, name));
}

const runnable = { plain: toolAvailable('jq'), age: toolAvailable('jq') && toolAvailable('age') };

describe.each(['plain', 'age'] as const)('the page on reading a vault by hand', (kind) => {
  it.skipIf(!runnable[kind])(`gets everything out of the sample vault ${kind}-1`, () => {
    const outputs = run(kind);

    expect(outputs[0]).toBe(
      [
        '1\t2026-01-02T03:04:05.000Z\t286c62d9b76c94eb\tsound\tproven',
        '2\t2026-01-03T03:04:05.000Z\tno key\tmalformed\tnot proven',
        `3\t2026-01-04T03:04:05.000Z\t${fingerprint('two')}\tunproven\tnot proven\n`,
      ].join('\n'),
    );
    expect(read('glpicrypt.key')).toEqual(sampleKey('one'));
    expect(outputs[2]).toBe('286c62d9b76c94eb\n');
    expect(outputs[3]).toBe('glpicrypt.key\t0644\t33\t33\t32\nconfig_db.php\t0640\t33\t33\t164\n');
    expect(read('config_db.php').toString()).toContain('class DB extends DBmysql');
    expect(read('registration.txt').toString()).toBe('eyJzaWduYXR1cmUiOiJzYW1wbGUifQ==');
    expect(outputs[5]?.match(/is whole/g)).toHaveLength(3);
    expect(outputs[5]).not.toContain('DAMAGED');
    expect(outputs[7]?.split('\n').map((line) => line.split('\t').slice(0, 4))).toEqual([
      ['glpi_configs', 'value', '12', 'proxy_passwd'],
      ['glpi_users', 'api_token', '2', ''],
      ['glpi_users', 'api_token', '300', ''],
      [''],
    ]);
  });
});

function sampleKey(name: string): Buffer {
  return createHash('sha256').update(`sample key ${name}`).digest();
}

function fingerprint(name: string): string {
  return createHash('sha256').update('keykeeper/security-key/v1\0').update(sampleKey(name)).digest('hex').slice(0, 16);
}
