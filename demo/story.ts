import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { damageUnderWatch } from './damage-under-watch.ts';
import { Keykeeper } from './keykeeper.ts';
import { listDirectory } from './list-directory.ts';
import type { Scene, Secrets } from './scene.ts';
import { act, conclude, show, tell } from './screen.ts';
import { inventSecrets } from './secrets.ts';

/**
 * Plays the story on a scene. Everything that it shows is asked of the files, the database, GLPI and the command line at
 * that moment.
 *
 * @throws Error where the story does not come out well
 */
export async function playStory(scene: Scene, signal: AbortSignal): Promise<void> {
  const secrets = inventSecrets();
  const keykeeper = new Keykeeper(scene, signal);
  await openWithSecrets(scene, secrets);
  const before = readFileSync(join(scene.configDir, 'glpicrypt.key'));
  await adopt(keykeeper);
  await loseEverything(scene, secrets);
  await bringBack(scene, keykeeper, secrets, before);
  await guard(scene, keykeeper, signal);
}

async function openWithSecrets(scene: Scene, secrets: Secrets): Promise<void> {
  act('1. A GLPI, and secrets in its database');
  show((await scene.install()).join('\n'));
  await scene.typeIn(secrets);
  tell(`\nIts config directory, ${scene.configDir}:`);
  show(listDirectory(scene.configDir));
  tell('\nAn administrator typed secrets in. In the database they are sealed with the key:');
  const sealed = await scene.sealedValues([...secrets.keys()]);
  show([...sealed].map(([name, value]) => `${name.padEnd(39)} ${value.slice(0, 24)}...`).join('\n'));
  compare(await scene.readSecrets([...secrets.keys()]), secrets);
}

async function adopt(keykeeper: Keykeeper): Promise<void> {
  act('2. Keykeeper adopts it');
  tell('Its settings here; for the official image in a container all have the right default:');
  show(keykeeper.settings);
  await keykeeper.run('init');
  await keykeeper.run('status');
}

async function loseEverything(scene: Scene, secrets: Secrets): Promise<void> {
  act('3. The container is re-created, without its config volume');
  await scene.loseDirectory();
  show(listDirectory(scene.configDir));
  act('4. The accident: GLPI starts without Keykeeper');
  show((await scene.start()).join('\n'));
  tell('\nGLPI is up. Its config directory:');
  show(listDirectory(scene.configDir));
  tell('\nThe rows are as they were, the key is another one:');
  compare(await scene.readSecrets([...secrets.keys()]), secrets);
}

async function bringBack(scene: Scene, keykeeper: Keykeeper, secrets: Secrets, before: Buffer): Promise<void> {
  act('5. Keykeeper judges, restores and proves');
  tell('GLPI is stopped, and init runs before it starts again, as Compose has it.');
  await scene.stop();
  await keykeeper.run('init');
  tell('\nThe config directory now:');
  show(listDirectory(scene.configDir));
  if (!readFileSync(join(scene.configDir, 'glpicrypt.key')).equals(before)) throw new Error('it is another key');
  tell('\nGLPI starts:');
  show((await scene.start()).join('\n'));
  if (compare(await scene.readSecrets([...secrets.keys()]), secrets) < secrets.size) {
    throw new Error('not every secret is back');
  }
}

async function guard(scene: Scene, keykeeper: Keykeeper, signal: AbortSignal): Promise<void> {
  act('6. Keykeeper watches while the key is damaged');
  await using watch = await keykeeper.watch();
  show(watch.takeLog());
  await damageUnderWatch(scene, watch, signal);
  tell('\nThe vault has every key that was ever there, the one of the accident included:');
  const entries = await keykeeper.history();
  show(entries.map(describe).join('\n'));
}

/** Shows how many secrets GLPI reads as they were typed in. @returns that number */
function compare(read: Secrets, typed: Secrets): number {
  const right = [...typed].filter(([name, value]) => read.get(name) === value).length;
  conclude(right === typed.size, `GLPI reads ${right} of ${typed.size} secrets as they were typed in.`);
  return right;
}

function describe({ number, reason, verdict, fingerprint, proven }: Awaited<ReturnType<Keykeeper['history']>>[number]) {
  const proof = proven === 'no' ? 'not proven' : `proven by ${proven}`;
  return `generation ${number}  ${reason.padEnd(13)}  ${verdict.padEnd(7)}  key ${fingerprint}  ${proof}`;
}
