import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Mounts, mountTrouble } from '../files/mounts.ts';
import { isAvailable } from '../files/requirement.ts';
import { type ScratchInstance, scratchInstance } from '../keeper/scratch-instance.ts';
import { environmentOf, runCli } from './run-cli.ts';

/** A file system of so many bytes, and nothing left of it. */
function fill(directory: string): void {
  const path = join(directory, 'filler');
  try {
    for (;;) writeFileSync(path, Buffer.alloc(4_096), { flag: 'a' });
  } catch {
    // Full now.
  }
}

describe('a vault with files that are none', () => {
  it('says which one is damaged, and the others still bring the key back', async () => {
    using instance = await captured();
    const generations = join(instance.settings.vault.pathname, 'glpi/generations');
    const [first = ''] = readdirSync(generations);
    const whole = readFileSync(join(generations, first), 'utf8');
    writeFileSync(join(generations, '000002.json'), whole.slice(0, whole.length / 2), { mode: 0o600 });
    const key = instance.read('glpicrypt.key');
    rmSync(instance.keyPath);

    const init = await runCli(['init', '--json'], environmentOf(instance));

    expect(init.document).toMatchObject({ exitCode: 0, gate: 'open' });
    expect(init.document.findings).toContainEqual(
      expect.objectContaining({ code: 'generation-damaged', try: expect.stringMatching(/./) }),
    );
    expect(instance.read('glpicrypt.key')).toEqual(key);
  });

  it("in a folder of somebody else's is not written to: exit 14", async () => {
    using instance = scratchInstance(null, '');
    const folder = join(instance.settings.vault.pathname, 'glpi');
    const key = randomBytes(32);
    instance.put('glpicrypt.key', key);
    mkdirSync(folder);
    writeFileSync(join(folder, 'family-photo.jpg'), 'not a key');

    const init = await runCli(['init', '--json'], environmentOf(instance));

    expect(init.document).toMatchObject({ exitCode: 14, gate: 'blocked' });
    expect(init.document.findings).toContainEqual(
      expect.objectContaining({ code: 'vault-foreign', try: expect.stringMatching(/./) }),
    );
    expect(readdirSync(folder)).toEqual(['family-photo.jpg']);
    expect(instance.read('glpicrypt.key')).toEqual(key);
  });
});

describe.skipIf(!isAvailable('mount', 'the command on full and read-only volumes', mountTrouble()))('a volume', () => {
  it.each([
    ['full', ['-t', 'tmpfs', '-o', 'size=64k', 'none'], 'vault-full', fill],
    ['read-only', ['-t', 'tmpfs', '-o', 'ro', 'none'], 'vault-unwritable', () => undefined],
  ] as const)(
    'of the vault that is %s takes nothing half: exit 14, and the live key stays',
    async (_, options, code, use) => {
      using instance = scratchInstance(null, '');
      using mounts = new Mounts();
      const key = randomBytes(32);
      instance.put('glpicrypt.key', key);
      mounts.mount(instance.settings.vault.pathname, ...options);
      use(instance.settings.vault.pathname);

      const capture = await runCli(['capture', '--json'], environmentOf(instance));

      expect(capture.document.exitCode).toBe(14);
      expect(capture.document.findings).toContainEqual(
        expect.objectContaining({ code, severity: 'error', try: expect.stringMatching(/./) }),
      );
      expect(instance.read('glpicrypt.key')).toEqual(key);
      const left = readdirSync(instance.settings.vault.pathname, { recursive: true, encoding: 'utf8' });
      expect(left.filter((name) => /generations\/|\.tmp/.test(name))).toEqual([]);
    },
  );

  it('of the configuration that is read-only lets nothing be put back: exit 13, and the vault keeps the key', async () => {
    using instance = await captured();
    using mounts = new Mounts();
    rmSync(instance.keyPath);
    mounts.mount(instance.configDir, '-t', 'tmpfs', '-o', 'ro', 'none');

    const init = await runCli(['init', '--json'], environmentOf(instance));

    expect(init.document).toMatchObject({ verdict: 'missing', exitCode: 13, gate: 'blocked' });
    expect(init.document.findings[0]).toMatchObject({ severity: 'error', try: expect.stringMatching(/./) });
    expect((await (await instance.openVault()).list()).generations).toHaveLength(1);
  });
});

async function captured(): Promise<ScratchInstance> {
  const instance = scratchInstance(null, '');
  instance.put('glpicrypt.key', randomBytes(32));
  await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
  return instance;
}
