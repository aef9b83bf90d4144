import { createHash } from 'node:crypto';
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { Operation } from '../operation.ts';
import { makeFolders, settingsOf } from './config-files.ts';

const SAMPLE = join(import.meta.dirname, '../../../fixtures/vaults/plain-1/glpi');

/** `keykeeper vault reencrypt` of a vault in clear: generations, escrow, and a record with values of rows. */
export const reencrypt: Operation = {
  name: 'reencrypt',
  args: ['vault', 'reencrypt', '--json'],
  prepare: async (scene) => {
    makeFolders(scene);
    const folder = join(scene.root, 'vault/glpi');
    cpSync(SAMPLE, folder, { recursive: true });
    mkdirSync(join(folder, 'records'));
    writeFileSync(join(folder, 'records/rescue-undo.json'), recordFile('rescue-undo', '{"values":[]}'));
    for (const path of ['.', ...readdirSync(folder, { encoding: 'utf8', recursive: true })]) {
      chmodSync(join(folder, path), lstatSync(join(folder, path)).isDirectory() ? 0o700 : 0o600);
    }
    const identity = await generateX25519Identity();
    writeFileSync(join(scene.root, 'identity'), identity, { mode: 0o600 });
    return {
      environment: settingsOf(scene, {
        KEYKEEPER_AGE_RECIPIENTS: await identityToRecipient(identity),
        KEYKEEPER_AGE_IDENTITY_FILE: join(scene.root, 'identity'),
      }),
      identity,
      reset: async () => undefined,
      unfinished: async ({ tree, vault }) => {
        const clear = [...vault.generations].filter(([, { sealed }]) => !sealed).map(([name]) => name);
        if (vault.sealedChunks < vault.chunks.size) clear.push('a chunk of escrow');
        if (!tree.get('vault/glpi/records/rescue-undo.json')?.content.includes('BEGIN AGE')) clear.push('a record');
        return clear.map((name) => `${name} is still in clear`);
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  },
};

/** docs/vault-format.md, "Records". */
function recordFile(name: string, body: string): string {
  const sha256 = createHash('sha256').update(`keykeeper/record/v1\0glpi\0${name}\0${body}`).digest('hex');
  const head = { keykeeper: 'record', format: 1, readableFrom: '0.1.0', name, instance: 'glpi', sealed: false };
  return `${JSON.stringify({ ...head, body, sha256 }, null, 2)}\n`;
}
