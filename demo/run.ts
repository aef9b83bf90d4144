import { openScene } from './open-scene.ts';
import { tell } from './screen.ts';
import { playStory } from './story.ts';

/** `npm run demo`: the story of a lost key, played on this machine. Leaves nothing running and nothing lying about. */
const controller = new AbortController();
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
let exitCode = 0;
for (const [name, number] of Object.entries(SIGNALS)) {
  process.on(name, () => {
    exitCode = 128 + number;
    controller.abort();
  });
}

try {
  await play(controller.signal);
} catch (error) {
  if (controller.signal.aborted) tell('\nStopped. Everything of the demo is removed.');
  else tell(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  exitCode ||= 1;
}
process.exit(exitCode);

async function play(signal: AbortSignal): Promise<void> {
  tell('Keykeeper, played on real parts. It takes about a minute.');
  {
    await using scene = await openScene(signal);
    tell(scene.cast);
    await playStory(scene, signal);
    tell('\nRemoving what was started ...');
  }
  tell('Done: nothing of the demo runs or lies about any more.');
}
