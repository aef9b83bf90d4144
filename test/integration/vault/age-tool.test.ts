import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { createEnvelope } from '../../../src/vault/age-envelope.ts';
import { draftOf, keyNamed } from '../../unit/vault/draft-of.ts';
import { temporaryVault } from '../../unit/vault/temporary-vault.ts';
import { toolAvailable } from './tool.ts';

let folder: string;
let identityFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-age-'));
  identityFile = join(folder, 'identity.txt');
});

afterEach(() => rmSync(folder, { recursive: true }));

function run(command: string, args: string[], input: string | Buffer = ''): Buffer {
  const { status, stdout, stderr } = spawnSync(command, args, { input });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** An identity file as `age-keygen` writes it, comments and all, and its recipient. */
function generate(): { identity: Secret<string>; recipient: string } {
  run('age-keygen', ['-o', identityFile]);
  const recipient = run('age-keygen', ['-y', identityFile]).toString().trim();
  return { identity: new Secret(readFileSync(identityFile, 'utf8')), recipient };
}

describe.skipIf(!toolAvailable('age'))('the age tool', () => {
  it('opens what Keykeeper encrypted', async () => {
    using temporary = temporaryVault();
    const { recipient } = generate();
    const vault = await temporary.open({ recipients: [recipient] });
    const { generation } = await vault.add(draftOf('a'));

    const file = JSON.parse(readFileSync(temporary.generationFile(1), 'utf8'));
    const contents = JSON.parse(run('age', ['-d', '-i', identityFile], file.sealed).toString());
    const escrow = join(temporary.folder, 'escrow');
    const chunk = readdirSync(escrow, { recursive: true, encoding: 'utf8' }).find((name) => name.includes('/')) ?? '';
    const values = gunzipSync(run('age', ['-d', '-i', identityFile, join(escrow, chunk)])).toString();

    expect(generation.sealed).toBe(true);
    expect(contents['glpicrypt.key']).toBe(keyNamed('a').toString('base64'));
    expect(values).toContain('c2VhbGVkIG9uZQ==');
  });

  it('encrypts what Keykeeper opens', async () => {
    const { identity, recipient } = generate();
    const envelope = createEnvelope([], identity);

    const armored = run('age', ['-a', '-r', recipient], 'from the tool').toString();
    const binary = run('age', ['-r', recipient], 'from the tool');

    const expected = { kind: 'opened', clear: Buffer.from('from the tool') };
    expect(await envelope.openArmored(armored)).toEqual(expected);
    expect(await envelope.open(binary)).toEqual(expected);
  });
});
