import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { type ScratchInstance, scratchInstance } from '../keeper/scratch-instance.ts';
import { sealedSchema } from '../keeper/sealed-schema.ts';
import { environmentOf, runCli } from './run-cli.ts';

const TEN_GIGABYTES = 10 * 1024 ** 3;

describe.skipIf(!(await available('mariadb')))('a key file that is none', () => {
  let mariadb: Mariadb;
  let key: Buffer;
  let schema: string;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  beforeEach(async () => {
    // Without a newline at either end, or cutting one off would be told as another mistake.
    key = Buffer.concat([Buffer.from('k'), randomBytes(30), Buffer.from('y')]);
    schema = await sealedSchema(mariadb, key);
  });

  it.each([
    ['0 bytes', () => Buffer.alloc(0), 'it is empty'],
    ['31 bytes', (live: Buffer) => live.subarray(0, 31), 'cut short'],
    ['33 bytes', (live: Buffer) => Buffer.concat([live, Buffer.from('x')]), 'longer than any key'],
    ['64 hexadecimal digits', (live: Buffer) => Buffer.from(live.toString('hex')), 'hexadecimal text'],
    ['44 characters of base64', (live: Buffer) => Buffer.from(live.toString('base64')), 'base64 text'],
    ['a newline at its end', (live: Buffer) => Buffer.concat([live, Buffer.from('\n')]), 'a newline added'],
  ])('with %s: it says which mistake it looks like, and init puts the key back', async (_, damage, says) => {
    using instance = await captured(mariadb, schema, key);
    const damaged = damage(key);
    instance.put('glpicrypt.key', damaged);

    const status = await runCli(['status', '--json'], environmentOf(instance));
    const untouched = instance.read('glpicrypt.key');
    const init = await runCli(['init', '--json'], environmentOf(instance));

    expect(status.document).toMatchObject({ verdict: 'malformed', exitCode: 0 });
    expect(status.document.findings).toContainEqual(
      expect.objectContaining({
        code: 'key-malformed',
        message: expect.stringContaining(says),
        try: expect.any(String),
      }),
    );
    expect(untouched).toEqual(damaged);
    expect(init.document).toMatchObject({ verdict: 'malformed', verdictAfter: 'sound', gate: 'open', exitCode: 0 });
    expect(instance.read('glpicrypt.key')).toEqual(key);
  });

  it.each([
    ['hexadecimal', (live: Buffer) => live.toString('hex')],
    ['base64', (live: Buffer) => live.toString('base64')],
    ['a newline at its end', (live: Buffer) => Buffer.concat([live, Buffer.from('\n')])],
  ])('written as %s is decoded where no vault has it, and the text is kept', async (_, damage) => {
    using instance = scratchInstance(mariadb, schema);
    instance.put('glpicrypt.key', damage(key));

    const init = await runCli(['init', '--json'], environmentOf(instance));

    expect(init.document).toMatchObject({ verdictAfter: 'sound', exitCode: 0 });
    expect(instance.read('glpicrypt.key')).toEqual(key);
    const kept = (await (await instance.openVault()).list()).generations.flatMap((each) => each.files);
    const sizes = kept.filter((file) => file.name === 'glpicrypt.key').map((file) => file.size);
    expect(sizes).toContain(Buffer.from(damage(key)).length);
  });

  it.each<[string, (path: string) => void, string]>([
    ['a directory', (path) => mkdirSync(path), 'directory'],
    ['a FIFO', (path) => void spawnSync('mkfifo', [path]), 'fifo'],
    ['a symlink to another file', (path) => symlinkSync('/etc/hostname', path), 'symlink'],
    ['10 GB of nothing', sparse, String(TEN_GIGABYTES)],
  ])('but %s is neither followed nor replaced: exit 13', async (_, make, says) => {
    using instance = await captured(mariadb, schema, key);
    rmSync(instance.keyPath);
    make(instance.keyPath);
    const before = lstatSync(instance.keyPath);

    const init = await runCli(['init', '--json'], environmentOf(instance));

    expect(init.document).toMatchObject({ verdict: 'unreadable', gate: 'blocked', exitCode: 13 });
    expect(init.document.findings[0]).toMatchObject({
      code: 'key-unreadable',
      message: expect.stringContaining(says),
      try: expect.stringContaining(instance.configDir),
    });
    const { ino, size } = lstatSync(instance.keyPath);
    expect({ ino, size }).toEqual({ ino: before.ino, size: before.size });
    await expectKept(instance, key);
  });

  it('but a second hard link is told and left alone while the key is sound', async () => {
    using instance = await captured(mariadb, schema, key);
    linkSync(instance.keyPath, join(instance.configDir, 'second-name'));

    const init = await runCli(['init', '--json'], environmentOf(instance));

    expect(init.document).toMatchObject({ verdict: 'sound', exitCode: 0 });
    expect(init.document.findings).toContainEqual(expect.objectContaining({ code: 'file-hard-linked' }));
    expect(statSync(instance.keyPath).nlink).toBe(2);
  });

  it('and a second hard link to a damaged one keeps the old content when the key comes back', async () => {
    using instance = await captured(mariadb, schema, key);
    const second = join(instance.configDir, 'second-name');
    instance.put('damaged', 'thirty-one bytes or so');
    renameSync(join(instance.configDir, 'damaged'), instance.keyPath);
    linkSync(instance.keyPath, second);

    const init = await runCli(['init', '--json'], environmentOf(instance));

    expect(init.document).toMatchObject({ verdictAfter: 'sound', exitCode: 0 });
    expect(instance.read('glpicrypt.key')).toEqual(key);
    expect(readFileSync(second, 'utf8')).toBe('thirty-one bytes or so');
  });
});

async function captured(mariadb: Mariadb, schema: string, key: Buffer): Promise<ScratchInstance> {
  const instance = scratchInstance(mariadb, schema);
  instance.put('glpicrypt.key', key);
  await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
  return instance;
}

async function expectKept(instance: ScratchInstance, key: Buffer): Promise<void> {
  const { generations } = await (await instance.openVault()).list();
  expect(generations.map((each) => each.fingerprint)).toContain(fingerprintOf(key));
}

function sparse(path: string): void {
  closeSync(openSync(path, 'w'));
  truncateSync(path, TEN_GIGABYTES);
}
