import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker, dockerOutput } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';
import { SharedNetwork } from './registered.ts';
import { openStoryStage, type Story, type StoryStage } from './story.ts';

const KEY_FILE = '/run/secrets/registration_key';
const SOCKET = '/var/run/docker.sock';
/** GLPI's cache where Keykeeper cannot reach it, so that commands are run in its container. */
const UNSHARED = ['--env', 'GLPI_VAR_DIR=/var/www/glpi/files'];

/** Every encoding writes it differently. */
const KEY = Buffer.from(
  JSON.stringify({ owner: 'ACME', serial: 'ß+/~ÿ??>>', signature: 'c2lnbmF0dXJlIG9mIGEgdGVzdCBrZXk/' }),
).toString('base64');
const INSIDE = Buffer.from(KEY, 'base64').toString();
const WRITINGS: Readonly<Record<string, string>> = {
  raw: KEY,
  'in base64': Buffer.from(KEY).toString('base64'),
  'in a URL': encodeURIComponent(KEY),
  'in hex': Buffer.from(KEY).toString('hex'),
  inside: INSIDE,
  'inside as JSON': JSON.stringify(INSIDE).slice(1, -1),
  'inside in a URL': encodeURIComponent(INSIDE),
  'inside in hex': Buffer.from(INSIDE).toString('hex'),
};

describe.skipIf(!(await available('docker')))(
  'a registration key out of a secret file (with GLPI 11: the engine knows no versions)',
  () => {
    let stage: StoryStage;
    let network: SharedNetwork;
    let directory: string;

    beforeAll(async () => {
      stage = await openStoryStage();
      network = await SharedNetwork.open(stage);
      directory = mkdtempSync(join(tmpdir(), 'keykeeper-secret-'));
      writeFileSync(join(directory, 'key'), `${KEY}\n`);
    });

    afterAll(async () => {
      rmSync(directory, { recursive: true, force: true });
      await network?.[Symbol.asyncDispose]();
      await stage?.[Symbol.asyncDispose]();
    });

    it('reaches GLPI, and is in nothing that the engine, the containers or the commands show', async () => {
      await using story = await stage.openStory('11.0.6');
      const secret = ['--volume', `${join(directory, 'key')}:${KEY_FILE}:ro`, ...network.keykeeper.options];
      const environment = {
        ...network.keykeeper.environment,
        KEYKEEPER_REGISTRATION_KEY_FILE: KEY_FILE,
        KEYKEEPER_CONTAINER: story.glpi,
        KEYKEEPER_LOG_LEVEL: 'debug',
      };
      const started = String(Math.floor(Date.now() / 1000));
      await network.say(KEY, { kind: 'valid' });
      await story.startGlpi([...network.network.glpiOptions, ...UNSHARED]);

      await story.startWatch(environment, [...secret, '--volume', `${SOCKET}:${SOCKET}`]);
      const shown: Record<string, string> = { events: '' };
      // GLPI makes its uid when its page is opened with a key, and Keykeeper asks only then.
      await expect.poll(async () => (await story.secretsOpen()).glpinetwork_registration_key, POLL).toBe(KEY);
      await story.hangUp();
      const status = await story.untilStatus(({ registration }) => registration.verdict === 'valid');
      // What came back is a reason to have GLPI ask anew.
      await story.onVolumes('rm /var/glpi/config/glpicrypt.key');
      await expect.poll(() => story.watchLog(), POLL).toContain('takes its key for valid');
      for (const args of [['show'], ['validate'], ['set', '--file', KEY_FILE]]) {
        const { json, log } = await story.run(['registration', ...args], environment, secret);
        shown[`registration ${args.join(' ')}`] = JSON.stringify(json) + log;
      }
      await network.network.double.set({ fault: { kind: 'status', status: 403 } });
      const failed = await story.run(['registration', 'validate'], environment, secret);
      await network.network.double.set({ fault: null });

      Object.assign(shown, await engineViews(story, started));
      shown.status = JSON.stringify(status);
      shown.metrics = await metricsOf(story);
      shown['the failing question'] = JSON.stringify(failed.json) + failed.log;
      expect(failed.exitCode).toBe(21);
      expect(shown.events).toContain('marketplace:search');
      for (const [where, text] of Object.entries(shown)) {
        const found = Object.entries(WRITINGS).flatMap(([name, writing]) => (text.includes(writing) ? [name] : []));
        expect({ where, empty: text === '', found }).toEqual({ where, empty: false, found: [] });
      }
    });
  },
);

const POLL = { timeout: 60_000, interval: 200 };

/** All that somebody sees of both containers who may ask the engine. */
async function engineViews(story: Story, since: string): Promise<Record<string, string>> {
  const views: Record<string, string> = {};
  for (const container of [story.glpi, story.watch]) {
    const { stdout, stderr } = await docker(['logs', container]);
    views[`inspect ${container}`] = await dockerOutput(['inspect', container]);
    views[`top ${container}`] = await dockerOutput(['top', container, '-eo', 'pid,args']);
    views[`logs ${container}`] = stdout + stderr;
  }
  const until = String(Math.ceil(Date.now() / 1000));
  const filters = [story.glpi, story.watch].flatMap((each) => ['--filter', `container=${each}`]);
  views.events = await dockerOutput(['events', '--since', since, '--until', until, ...filters]);
  return views;
}

async function metricsOf(story: Story): Promise<string> {
  const address = (await dockerOutput(['port', story.watch, '8377/tcp'])).split('\n')[0];
  return await (await fetch(`http://${address}/metrics`)).text();
}
