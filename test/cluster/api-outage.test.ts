import { describe, expect, it } from 'vitest';
import { SECRETS } from '../e2e/stories/container-life/lived-in.ts';
import { available } from '../stand-in/require.ts';
import { apiServerIsHere, freezeApiServer } from './harness/api-freeze.ts';
import { GlpiStory } from './harness/glpi-story.ts';
import { vaultObjects } from './harness/rights.ts';
import { useCluster } from './harness/use-cluster.ts';

const NAME = 'unheard';
const SECONDS = 12;
const READY = '/tmp/answers';
const DONE = '/tmp/seen';

/**
 * Runs in GLPI's container, which nothing reaches while the API server stands still: deletes the key once the server, which
 * answered before, does not, waits until it is there again, and writes down the key and whether the server answers by then.
 */
const DELETE_KEY_MEANWHILE = `$key = '/var/glpi/config/glpicrypt.key';
function answers(): bool {
  $tls = ['ssl' => ['verify_peer' => false, 'verify_peer_name' => false], 'http' => ['timeout' => 1, 'ignore_errors' => true]];
  return @file_get_contents('https://' . getenv('KUBERNETES_SERVICE_HOST') . '/version', false, stream_context_create($tls)) !== false;
}
ini_set('default_socket_timeout', 1);
while (!answers()) usleep(200000);
file_put_contents('${READY}', 'answers');
while (answers()) usleep(200000);
unlink($key);
for ($i = 0; $i < 600 && @filesize($key) !== 32; $i++) { usleep(50000); clearstatcache(); }
$seen = ['key' => base64_encode((string) @file_get_contents($key)), 'answers' => answers()];
file_put_contents('${DONE}.new', json_encode($seen));
rename('${DONE}.new', '${DONE}');`;

describe.skipIf(!(await canFreeze()))('an API server that stands still while Keykeeper watches', () => {
  const cluster = useCluster('outage', ['11.0.6']);

  it('takes nothing from the guard, which keeps what came later once the server answers again', async () => {
    await cluster.namespace.apply(vaultObjects(NAME));
    const story = await GlpiStory.open(cluster, {
      name: NAME,
      version: '11.0.6',
      form: 'native',
      claim: null,
      vaultClaim: null,
      serviceAccount: NAME,
      environment: { KEYKEEPER_VAULT: `kubernetes:///${NAME}` },
    });
    const pod = await story.liveIn();
    const kept = await story.untilStatus(pod, ({ verdict, canary }) => verdict === 'sound' && canary?.tested === 4);
    const key = await story.liveKey(pod);

    const background = 'nohup php -r "$0" >/dev/null 2>&1 </dev/null &';
    await story.inGlpi(pod, ['sh', '-c', background, DELETE_KEY_MEANWHILE]);
    await story.untilFile(pod, READY);
    await freezeApiServer(SECONDS);
    await story.untilFile(pod, DONE);
    const seen = JSON.parse((await story.inGlpi(pod, ['cat', DONE])).stdout);
    await story.inGlpi(pod, ['php', 'bin/console', 'security:change_key', '--no-interaction']);
    const after = await story.untilStatus(
      pod,
      ({ verdict, fingerprint, generation }) =>
        verdict === 'sound' && fingerprint !== kept.fingerprint && (generation ?? 0) > (kept.generation ?? 0),
    );
    const { json: history } = await story.run(pod, ['history']);

    expect(seen).toEqual({ key, answers: false });
    expect(after).toMatchObject({ healthy: true, vault: { state: 'ready' } });
    expect(history.details?.generations).toContainEqual(expect.objectContaining({ fingerprint: after.fingerprint }));
    expect(await story.restarts(pod, 'keykeeper')).toBe(0);
    expect(await story.restarts(pod, 'glpi')).toBe(0);
    expect(await story.secrets(pod)).toMatchObject(SECRETS);
  });
});

/** A cluster whose API server is a process of this machine; where there is none, it is said, or fails where it is required. */
async function canFreeze(): Promise<boolean> {
  if (!(await available('kubernetes'))) return false;
  if (apiServerIsHere()) return true;
  const missing = 'no kube-apiserver runs on this machine';
  const required = (process.env.KEYKEEPER_TEST_REQUIRE ?? '').split(/[\s,]+/);
  if (required.includes('api-restart')) throw new Error(`KEYKEEPER_TEST_REQUIRE asks for api-restart, but ${missing}`);
  process.stderr.write(
    `\n*** SKIPPED: the stories of an API server that stands still were not run, for ${missing}. ***\n\n`,
  );
  return false;
}
