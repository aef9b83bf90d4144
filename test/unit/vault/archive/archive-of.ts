import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Secret } from '../../../../src/core/secret.ts';
import { createEnvelope } from '../../../../src/vault/age-envelope.ts';
import { exportToFile } from '../../../../src/vault/archive/export-vault.ts';
import { importFile } from '../../../../src/vault/archive/import-vault.ts';
import type { Vault } from '../../../../src/vault/vault.ts';

/** A folder for exports, removed at the end of its block. */
export interface ExportFolder extends Disposable {
  readonly path: string;
  readonly file: string;
}

export function exportFolder(): ExportFolder {
  const path = mkdtempSync(join(tmpdir(), 'keykeeper-export-'));
  return { path, file: join(path, 'vault.tar'), [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

interface Keys {
  readonly recipients?: readonly string[];
  readonly identity?: Secret<string>;
}

export async function exportTo(file: string, vault: Vault, { recipients = [], identity }: Keys = {}) {
  const envelope = createEnvelope(recipients, identity ?? null);
  const facts = { instance: 'glpi', createdAt: '2026-05-06T07:08:09.000Z' };
  return exportToFile(file, { vault, envelope, ...facts }, new AbortController().signal);
}

export async function importFrom(
  file: string,
  vault: Vault,
  {
    identity,
    instance = 'glpi',
    dryRun = false,
  }: Keys & { readonly instance?: string; readonly dryRun?: boolean } = {},
) {
  return importFile(file, { vault, envelope: createEnvelope([], identity ?? null), instance }, { dryRun });
}

/** Everything that two vaults which hold the same have in common: nothing of numbers and encryption. */
export async function contentsOf(vault: Vault): Promise<string[]> {
  const { generations, damaged } = await vault.list();
  if (damaged.length > 0) throw new Error(`damaged: ${JSON.stringify(damaged)}`);
  const texts: string[] = [];
  for (const generation of generations) {
    const escrow = await vault.escrow(generation);
    if (escrow.damaged.length > 0) throw new Error(`damaged: ${JSON.stringify(escrow.damaged)}`);
    const files = generation.files.map(({ name, content }) => [name, content?.reveal().toString('base64')]);
    texts.push(JSON.stringify([generation.createdAt, generation.id, files, escrow.entries]));
  }
  return texts;
}
