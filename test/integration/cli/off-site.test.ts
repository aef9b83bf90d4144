import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { type ScratchInstance, scratchInstance } from '../keeper/scratch-instance.ts';
import { toolAvailable } from '../vault/tool.ts';
import { type CliEnvironment, environmentOf, MAIN, runCli } from './run-cli.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-off-site-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** An instance whose vault holds `keys` generations, each of a key of its own; gives the last key. */
async function captured(instance: ScratchInstance, keys = 2): Promise<Buffer> {
  let key = randomBytes(32);
  for (let count = 0; count < keys; count += 1) {
    key = randomBytes(32);
    instance.put('glpicrypt.key', key);
    await instance.keeper('ask').reconcile(AbortSignal.timeout(20_000), { asked: { scope: 'captures' } });
  }
  return key;
}

/** The same instance with another, empty vault. */
function withEmptyVault(instance: ScratchInstance, more: CliEnvironment = {}): CliEnvironment {
  const vault = mkdtempSync(join(folder, 'vault-'));
  return environmentOf(instance, { KEYKEEPER_VAULT: `file://${vault}`, ...more });
}

function run(command: string): string {
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', command], { cwd: folder });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return stdout.toString();
}

function ageIdentity(): { file: string; recipient: string } {
  const file = join(folder, 'identity.txt');
  run(`age-keygen -o ${file}`);
  return { file, recipient: run(`age-keygen -y ${file}`).trim() };
}

describe('export and import', () => {
  it('carry a vault to another place, from where init puts the key back', async () => {
    using instance = scratchInstance(null, '');
    const key = await captured(instance);
    const file = join(folder, 'glpi.tar');
    const elsewhere = withEmptyVault(instance);

    const exported = await runCli(['export', '--plain', file, '--json'], environmentOf(instance));
    const previewed = await runCli(['import', '--dry-run', file, '--json'], elsewhere);
    const imported = await runCli(['import', file, '--json'], elsewhere);
    const again = await runCli(['import', file, '--json'], elsewhere);
    rmSync(instance.keyPath);
    const restored = await runCli(['restore', '--generation', '2', '--json'], elsewhere);

    expect(exported.document).toMatchObject({
      exitCode: 0,
      details: { path: file, generations: 2, checked: 'contents' },
    });
    expect(previewed.document).toMatchObject({ exitCode: 0, dryRun: true, generation: null });
    expect(imported.document).toMatchObject({ exitCode: 0, generation: 2, details: { held: 2, known: 0 } });
    expect(again.document).toMatchObject({ exitCode: 0, details: { held: 2, known: 2, generations: [] } });
    expect(restored.document.fingerprint).toBe(fingerprintOf(key));
    expect(instance.read('glpicrypt.key')).toEqual(key);
  });

  it('write nothing in clear unless told to, and say what to do instead', async () => {
    using instance = scratchInstance(null, '');
    await captured(instance);
    const file = join(folder, 'glpi.tar');

    const refused = await runCli(['export', file], environmentOf(instance));

    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/Try: age-keygen .*--recipient age1…/);
    expect(existsSync(file)).toBe(false);
  });

  it('keep standard output for one thing', async () => {
    using instance = scratchInstance(null, '');
    await captured(instance);

    const both = await runCli(['export', '--plain', '--json', '-'], environmentOf(instance));
    const piped = await runCli(['export', '--plain', '-'], environmentOf(instance));

    expect(both.exitCode).toBe(2);
    expect(piped.exitCode).toBe(0);
    expect(piped.stdout).toContain('keykeeper-export-end.json');
    expect(piped.stderr).toContain('2 generations');
  });

  it('end with the code that says who has to act', async () => {
    using instance = scratchInstance(null, '');
    await captured(instance);
    const file = join(folder, 'glpi.tar');
    await runCli(['export', '--plain', file], environmentOf(instance));
    const torn = join(folder, 'torn.tar');
    writeFileSync(torn, readFileSync(file).subarray(0, 5_000));
    const elsewhere = withEmptyVault(instance);

    const codes = [
      (await runCli(['import', join(folder, 'none')], elsewhere)).exitCode,
      (await runCli(['import', torn], elsewhere)).exitCode,
      (await runCli(['import', file], { ...elsewhere, KEYKEEPER_INSTANCE: 'other' })).exitCode,
      (await runCli(['import'], elsewhere)).exitCode,
      (await runCli(['export', '--plain', instance.keyPath], environmentOf(instance))).exitCode,
    ];

    expect(codes).toEqual([2, 14, 14, 2, 11]);
    expect((await runCli(['history', '--json'], elsewhere)).document.details).toMatchObject({ generations: [] });
  });

  it('without a file export to the configured place, keep when, and let the oldest go', async () => {
    using instance = scratchInstance(null, '');
    await captured(instance, 1);
    const off = join(folder, 'off');
    mkdirSync(off);
    const old = Array.from({ length: 14 }, (_, day) => `keykeeper-glpi-202001${String(day + 10)}T000000Z.tar.age`);
    for (const name of old) writeFileSync(join(off, name), '');

    const done = await runCli(['export', '--plain', '--json'], environmentOf(instance, { KEYKEEPER_EXPORT_TO: off }));
    const status = await runCli(['status', '--json'], environmentOf(instance));

    expect(done.document.actions.map(({ action }) => action)).toEqual(['export', 'remove-export']);
    expect(readdirSync(off)).toHaveLength(14);
    expect(existsSync(join(off, old[0] ?? ''))).toBe(false);
    expect(status.document.details).toMatchObject({ export: { success: true } });
  });
});

describe.skipIf(!toolAvailable('age') || !toolAvailable('jq'))('the age tool and tar', () => {
  it('make a vault of an export that works, and check it', async () => {
    using instance = scratchInstance(null, '');
    const key = await captured(instance);
    const { file: identity, recipient } = ageIdentity();
    await runCli(['export', '--recipient', recipient, folder], environmentOf(instance));
    const [name = ''] = readdirSync(folder).filter((each) => each.endsWith('.tar.age'));

    run(`mkdir vault && age -d -i ${identity} ${name} | tar -xf - -C vault`);
    const sums = run(
      `cd vault && jq -r '.entries[] | .sha256 + "  " + .name' keykeeper-export-end.json | sha256sum -c`,
    );
    const whole = run('cd vault && jq -cj .entries keykeeper-export-end.json | sha256sum | cut -c1-64');

    expect(sums).not.toContain('FAILED');
    expect(whole.trim()).toBe(
      JSON.parse(readFileSync(join(folder, 'vault', 'keykeeper-export-end.json'), 'utf8')).sha256,
    );
    const history = await runCli(
      ['history', '--json'],
      environmentOf(instance, { KEYKEEPER_VAULT: `file://${folder}/vault` }),
    );
    expect(history.document).toMatchObject({ generation: 2, findings: [] });
    expect(JSON.stringify(history.document)).toContain(fingerprintOf(key));
  });

  it('encrypt an export that is imported with the identity, and not without', async () => {
    using instance = scratchInstance(null, '');
    await captured(instance);
    const { file: identity, recipient } = ageIdentity();
    const environment = environmentOf(instance);
    const main = `${process.execPath} ${MAIN} export --plain -`;
    const variables = Object.entries(environment).map(([name, value]) => `${name}='${value}'`);
    run(`env -i PATH="$PATH" ${variables.join(' ')} ${main} | age -r ${recipient} > by-hand.age`);
    const file = join(folder, 'by-hand.age');

    const closed = await runCli(['import', file, '--json'], withEmptyVault(instance));
    const opened = await runCli(
      ['import', file, '--json'],
      withEmptyVault(instance, { KEYKEEPER_AGE_IDENTITY_FILE: identity }),
    );

    expect(closed.document).toMatchObject({ exitCode: 14, findings: [{ code: 'vault-identity-missing' }] });
    expect(opened.document).toMatchObject({ exitCode: 0, generation: 2 });
  });
});
