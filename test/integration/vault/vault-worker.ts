import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { Secret } from '../../../src/core/secret.ts';
import { openDirectoryVault } from '../../../src/vault/directory/open-directory-vault.ts';
import { exportTo, importFrom } from '../../unit/vault/archive/archive-of.ts';
import { draftOf, entryOf } from '../../unit/vault/draft-of.ts';
import { countOf, recordOf } from './counted-record.ts';
import type { WorkerOrder } from './vault-process.ts';

/** Runs in a process of its own: see vault-process.ts. */
const order: WorkerOrder = JSON.parse(process.argv[2] ?? '');
const options = {
  instance: 'glpi',
  recipients: order.recipients,
  identity: order.identity === undefined ? null : new Secret(order.identity),
  glpiDirectories: [],
  create: true,
};

process.stdout.write('ready\n');
await once(process.stdin, 'data');
const vault = await openDirectoryVault(pathToFileURL(order.path), { ...options, mounts: [] });

if (order.task === 'lease') {
  await vault.lease(new AbortController().signal);
  process.stdout.write('held\n');
} else {
  await doTask(order.task);
  process.stdin.destroy();
}

async function doTask(task: Exclude<WorkerOrder['task'], 'lease'>): Promise<void> {
  switch (task) {
    case 'add':
      return addGenerations();
    case 'record':
      return keepRecords();
    case 'export':
      return exportVault();
    case 'import':
      return importVault();
    case 'reencrypt':
      return reencryptVault();
  }
}

async function exportVault(): Promise<void> {
  for (let index = 0; order.count === 0 || index < order.count; index += 1) {
    await exportTo(order.name, vault);
    process.stdout.write('exported\n');
  }
}

async function importVault(): Promise<void> {
  await importFrom(order.name, vault);
  process.stdout.write('imported\n');
}

async function reencryptVault(): Promise<void> {
  const { signal } = new AbortController();
  const onProgress = (done: number) => void process.stdout.write(`file ${done}\n`);
  await vault.reencrypt({ dryRun: false, toOthers: false, signal, onProgress });
  process.stdout.write('reencrypted\n');
}

async function addGenerations(): Promise<void> {
  for (let index = 0; order.count === 0 || index < order.count; index += 1) {
    const name = `${order.name} ${index}`;
    const escrow = [1, 300, 600].map((id) => entryOf(id, id === 1 ? name : 'unchanged'));
    await vault.add(draftOf(name, { escrow }));
    process.stdout.write(`added ${name}\n`);
    if (index % 5 === 4) await vault.prune();
  }
}

async function keepRecords(): Promise<void> {
  const held = await vault.record('places');
  const first = held.kind === 'present' ? countOf(held.value) + 1 : 0;
  for (let count = first; order.count === 0 || count < first + order.count; count += 1) {
    await vault.keepRecord('places', recordOf(count), { confidential: true });
    process.stdout.write(`kept ${count}\n`);
  }
}
