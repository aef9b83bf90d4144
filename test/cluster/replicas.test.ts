import type { V1Lease } from '@kubernetes/client-node';
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRETS } from '../e2e/stories/container-life/lived-in.ts';
import { someKey } from '../e2e/stories/registered.ts';
import { sha256 } from '../stand-in/network/record.ts';
import { available } from '../stand-in/require.ts';
import { GlpiStory } from './harness/glpi-story.ts';
import { ClusterNetwork } from './harness/network.ts';
import { vaultObjects } from './harness/rights.ts';
import { useCluster } from './harness/use-cluster.ts';

const VERSION = '11.0.6';
const NAME = 'three';
const FIELD = 'glpinetwork_registration_key';

describe.skipIf(!(await available('kubernetes')))('three replicas on one database, with one vault in a Secret', () => {
  const cluster = useCluster('replicas', [VERSION]);
  let network: ClusterNetwork;

  beforeAll(async () => {
    network = await ClusterNetwork.start(cluster);
    await cluster.namespace.apply(vaultObjects(NAME));
  });

  afterAll(() => network?.[Symbol.asyncDispose]());

  it('write a changed registration key once and ask about it once; a dead leader is followed; they scale', async () => {
    const { namespace, database } = cluster;
    const where = { claim: null, vaultClaim: null, serviceAccount: NAME, glpiEnvironment: network.glpiEnvironment };
    const environment = { ...network.environment, KEYKEEPER_VAULT: `kubernetes:///${NAME}` };
    const options = { name: NAME, version: VERSION, form: 'native', environment, adapt: network.trust } as const;
    const story = await GlpiStory.open(cluster, { ...options, ...where });
    const first = await story.liveIn();
    await story.untilStatus(first, ({ verdict }) => verdict === 'sound');
    const key = await story.liveKey(first);
    // Opening its page, GLPI asks for the first time, and makes the uid without which nobody asks.
    await story.secrets(first);
    await story.apply({ replicas: 3 });
    const pods = await story.untilReplicas(3);
    await Promise.all(pods.map((pod) => story.untilStatus(pod, ({ verdict }) => verdict === 'sound')));

    // The leader died with the lease in its hands: nobody renews it.
    const lease = {
      holderIdentity: 'dead',
      leaseDurationSeconds: 5,
      renewTime: new Date().toISOString().replace('Z', '000Z'),
    };
    await namespace.kubectl(['patch', 'lease', NAME, '--type=merge', '--patch', JSON.stringify({ spec: lease })]);
    const wish = someKey();
    await network.set({ keys: { [sha256(wish)]: { kind: 'valid', days: 200 } } });
    await countWrites();
    await story.save(first, { smtp_passwd: 'new' });
    await story.apply({ replicas: 3, environment: { ...environment, KEYKEEPER_REGISTRATION_KEY: wish } });
    await namespace.kubectl(['rollout', 'status', `deployment/${NAME}`, '--timeout=120s']);
    const rolled = await story.untilReplicas(3);
    const statuses = await Promise.all(
      rolled.map((pod) => story.untilStatus(pod, ({ registration }) => registration.verdict === 'valid')),
    );

    expect(await writes()).toBe(1);
    // Before GLPI's own pages are opened, which ask as well.
    expect(await network.asked(wish)).toBe(1);
    expect(new Set(statuses.map(({ registration }) => registration.key)).size).toBe(1);
    expect((await namespace.get<V1Lease>({ kind: 'lease', name: NAME })).spec?.holderIdentity).not.toBe('dead');
    for (const pod of rolled) {
      expect(await story.liveKey(pod)).toBe(key);
      expect(await story.secrets(pod)).toMatchObject({ ...SECRETS, smtp_passwd: 'new', [FIELD]: wish });
    }

    await story.apply({ replicas: 1, environment: { ...environment, KEYKEEPER_REGISTRATION_KEY: wish } });
    const [last = ''] = await story.untilReplicas(1);

    expect(await story.liveKey(last)).toBe(key);
    expect(await writes()).toBe(1);

    /** From now on the database itself notes each time the row is written. */
    async function countWrites(): Promise<void> {
      const { schema } = story.options;
      await database.root.query(`CREATE TABLE \`${schema}\`.written (id INT AUTO_INCREMENT PRIMARY KEY)`);
      for (const event of ['INSERT', 'UPDATE']) {
        await database.root.query(
          `CREATE TRIGGER \`${schema}\`.on_${event} AFTER ${event} ON \`${schema}\`.glpi_configs FOR EACH ROW
           IF NEW.name = '${FIELD}' THEN INSERT INTO \`${schema}\`.written () VALUES (); END IF`,
        );
      }
    }

    async function writes(): Promise<number> {
      const [rows] = await database.root.query<RowDataPacket[]>(
        `SELECT COUNT(*) AS n FROM \`${story.options.schema}\`.written`,
      );
      return Number(rows[0]?.n);
    }
  });
});
