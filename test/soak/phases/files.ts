import { chmodSync, chownSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scene } from '../scene.ts';
import type { Phase } from './phase.ts';

/** What happens to files in GLPI's config directory. */
export const FILE_PHASES: readonly Phase[] = [
  { name: 'the key deleted', share: 2, needsDatabase: false, keeps: 'nothing', run: deleteKey },
  { name: 'the key cut', share: 2, needsDatabase: false, keeps: 'generations', run: cutKey },
  { name: 'owner and mode changed', share: 2, needsDatabase: false, keeps: 'generations', run: changeAccess },
  { name: 'the same key written again', share: 2, needsDatabase: false, keeps: 'nothing', run: writeSameKey },
  { name: 'other files beside it', share: 3, needsDatabase: false, keeps: 'nothing', run: crowdDirectory },
];

const MODES = [0o600, 0o644, 0o666, 0o400, 0o660] as const;

async function deleteKey(scene: Scene): Promise<void> {
  for (let round = 0; round < 40 * scene.scale; round += 1) {
    rmSync(scene.instance.keyPath, { force: true });
    await scene.event();
    await untilBack(scene);
  }
}

/** GLPI truncates before it writes, editors add a line feed, people paste text. */
async function cutKey(scene: Scene): Promise<void> {
  const { key } = scene.glpi;
  const damaged = [
    Buffer.alloc(0),
    key.subarray(0, 31),
    Buffer.concat([key, Buffer.from('\n')]),
    Buffer.from(key.toString('hex')),
  ];
  for (let round = 0; round < 20 * scene.scale; round += 1) {
    writeFileSync(scene.instance.keyPath, scene.random.pick(damaged));
    await scene.event();
    await untilBack(scene);
  }
}

async function changeAccess(scene: Scene): Promise<void> {
  const { keyPath } = scene.instance;
  const root = process.getuid?.() === 0;
  for (let round = 0; round < 150 * scene.scale; round += 1) {
    if (root && scene.random.chance(40)) chownSync(keyPath, scene.random.pick([33, 1000, 65_534]), 33);
    else chmodSync(keyPath, scene.random.pick(MODES));
    await scene.event();
  }
}

async function writeSameKey(scene: Scene): Promise<void> {
  const { keyPath, configDir } = scene.instance;
  const beside = join(configDir, 'glpicrypt.key.new');
  const { mode } = statSync(keyPath);
  for (let round = 0; round < 150 * scene.scale; round += 1) {
    writeFileSync(beside, scene.glpi.key);
    chmodSync(beside, mode);
    renameSync(beside, keyPath);
    await scene.event();
  }
}

async function crowdDirectory(scene: Scene): Promise<void> {
  const { configDir } = scene.instance;
  const path = (index: number) => join(configDir, `other-${index % 25}.php`);
  for (let round = 0; round < 300 * scene.scale; round += 1) {
    const at = scene.random.below(100);
    const kind = scene.random.below(4);
    if (kind === 0) writeFileSync(path(at), `<?php // ${round}`);
    else if (kind === 1) rmSync(path(at), { force: true });
    else if (kind === 2) moveQuietly(path(at), path(at + 1));
    else linkAnew(path(at));
    await scene.event();
  }
  for (let index = 0; index < 25; index += 1) rmSync(path(index), { force: true });
}

async function untilBack(scene: Scene): Promise<void> {
  await scene.until('the key is back', () => {
    try {
      return readFileSync(scene.instance.keyPath).equals(scene.glpi.key);
    } catch {
      return false;
    }
  });
}

function moveQuietly(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // It is not there at the moment.
  }
}

function linkAnew(path: string): void {
  rmSync(path, { force: true });
  symlinkSync('/nonexistent', path);
}
