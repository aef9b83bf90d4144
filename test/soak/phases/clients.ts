import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Question } from '../ask-watch.ts';
import type { Scene } from '../scene.ts';
import type { Phase } from './phase.ts';

/** What others ask of the watch, and all of it at once. */
export const CLIENT_PHASES: readonly Phase[] = [
  { name: 'questions over HTTP', share: 3, needsDatabase: false, keeps: 'nothing', run: askMuch },
  { name: 'signals', share: 1, needsDatabase: false, keeps: 'nothing', run: signalMuch },
  { name: 'everything at once', share: 3, needsDatabase: false, keeps: 'generations', run: everything },
];

/** Addresses that clients come from: some ask more often than they may. */
const CLIENTS = 40;
const AT_ONCE = 5;

async function askMuch(scene: Scene): Promise<void> {
  for (let round = 0; round < 60 * scene.scale; round += 1) {
    const asked = Array.from({ length: AT_ONCE }, () => scene.ask(questionOf(scene)));
    for (const answer of asked) {
      await answer;
      await scene.event();
    }
  }
}

async function signalMuch(scene: Scene): Promise<void> {
  for (let round = 0; round < 100 * scene.scale; round += 1) {
    scene.watch.signal('SIGHUP');
    await scene.event();
  }
}

async function everything(scene: Scene): Promise<void> {
  const { keyPath, configDir } = scene.instance;
  const asked: Promise<unknown>[] = [];
  for (let round = 0; round < 400 * scene.scale; round += 1) {
    const kind = scene.random.below(100);
    if (kind < 5) rmSync(keyPath, { force: true });
    else if (kind < 15) chmodQuietly(keyPath);
    else if (kind < 50) writeFileSync(join(configDir, 'cache.php'), `<?php // ${round}`);
    else if (kind < 75) asked.push(scene.ask(questionOf(scene)));
    else if (kind < 80) scene.watch.signal('SIGHUP');
    else if (scene.hasDatabase) await scene.glpi.save();
    await scene.event();
  }
  await Promise.all(asked);
}

function questionOf({ random, token }: Scene): Question {
  const from = `127.0.2.${1 + random.below(CLIENTS)}`;
  const authorization = `Bearer ${random.chance(50) ? token : 'a-guess'}`;
  return random.pick<Question>([
    { from, method: 'GET', path: '/status' },
    { from, method: 'GET', path: '/metrics' },
    { from, method: 'GET', path: '/healthz' },
    { from, method: 'HEAD', path: '/readyz' },
    { from, method: 'GET', path: `/${'x'.repeat(random.below(2_000))}` },
    { from, method: 'DELETE', path: '/status' },
    { from, method: 'POST', path: '/reconcile', headers: { authorization } },
    { from, method: 'POST', path: '/reconcile', body: 'x'.repeat(10_000) },
    { from, method: 'GET', path: '/status', headers: { host: 'elsewhere.example' } },
    { from, method: 'GET', path: '/metrics', impatient: true },
  ]);
}

function chmodQuietly(path: string): void {
  try {
    chmodSync(path, 0o666);
  } catch {
    // The key is away at the moment.
  }
}
