import { findServer } from '../test/stand-in/mariadb/find-server.ts';
import { canInstallMariadb, installMariadb } from '../test/stand-in/mariadb/install-mariadb.ts';
import { dockerAnswers } from '../test/stand-in/require.ts';
import { openDockerScene } from './docker-scene.ts';
import { openPrivateScene } from './private-scene.ts';
import type { Scene } from './scene.ts';
import { tell } from './screen.ts';

/**
 * Sets the scene with what this machine has: Docker and the stand-in, or else a private MariaDB.
 *
 * @throws Error where there is neither, and none can be installed
 */
export async function openScene(signal: AbortSignal): Promise<Scene> {
  const docker = await dockerAnswers();
  signal.throwIfAborted();
  // Files that belong to GLPI's user in a container are root's to touch.
  if (docker && process.getuid?.() === 0) return await openInDocker(signal);
  if (!docker) await ensureServer();
  signal.throwIfAborted();
  return await openPrivateScene();
}

async function openInDocker(signal: AbortSignal): Promise<Scene> {
  tell(
    'A Docker engine answers. Building the stand-in for GLPI and starting MariaDB (base images that have to be pulled stay) ...',
  );
  try {
    return await openDockerScene(signal);
  } catch (cause) {
    if (signal.aborted) throw cause;
    const hint = 'to play it without Docker: DOCKER_HOST=unix:///nonexistent npm run demo';
    throw new Error(`the scene could not be set in Docker (${String(cause)}); ${hint}`, { cause });
  }
}

async function ensureServer(): Promise<void> {
  if (findServer() !== null) {
    tell('No Docker engine answers, but there is a mariadbd: a private one is started.');
    return;
  }
  if (!canInstallMariadb()) {
    throw new Error(
      'the demo wants a Docker engine, or mariadbd on the PATH, or root on Debian or Ubuntu to install it',
    );
  }
  tell('No Docker engine answers and there is no mariadbd: installing it with apt-get ...');
  const packages = await installMariadb();
  tell(`Installed ${packages.join(' and ')}. They stay; apt-get remove takes them away again.`);
}
