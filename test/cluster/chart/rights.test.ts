import type { CoreV1Event, V1Pod, V1Secret } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { available } from '../../stand-in/require.ts';
import { command } from '../harness/glpi-pod.ts';
import { type ClusterImages, provideImages } from '../harness/images.ts';
import { Namespace } from '../harness/namespace.ts';
import { type Right, rightsOfChart, withRights } from './reduced-rights.ts';

const KEY = '/var/glpi/config/glpicrypt.key';
/** How long something is waited for that is not to come, in tries of a second. */
const TRIES = 18;

/** What Keykeeper can do in a pod, each by one right or more. */
const ABILITIES = ['keeps the key', 'hears of a change', 'writes alone', 'sees GLPI', 'tells in events'] as const;
type Ability = (typeof ABILITIES)[number];

/** What fails without a right, and that alone; without a vault that can be read and written everything else may fail along. */
const NEEDED_FOR: Readonly<Record<string, Ability>> = {
  'secrets get': 'keeps the key',
  'secrets patch': 'keeps the key',
  'secrets list': 'hears of a change',
  'secrets watch': 'hears of a change',
  'leases get': 'writes alone',
  'leases update': 'writes alone',
  'pods get': 'sees GLPI',
  'events create': 'tells in events',
};

describe.skipIf(!(await available('kubernetes')))('the rights of the chart’s Role', () => {
  let images: ClusterImages;
  let namespace: Namespace;
  beforeAll(async () => {
    images = await provideImages([]);
    namespace = await Namespace.open('rights');
  });
  afterAll(async () => {
    await namespace?.[Symbol.asyncDispose]();
  });

  /** Starts a pod whose account lacks a right, has its key deleted and its vault emptied, and sees what it can do. */
  async function abilities(name: string, without: Right | null): Promise<{ can: Ability[]; said: string }> {
    await namespace.apply(await withRights(namespace.name, name, images, without));
    await namespace.until<V1Pod>({ kind: 'pod', name }, (pod) => runs(pod, 'glpi') || hasEnded(pod, 'keykeeper'));
    const can: Ability[] = [];
    const add = (ability: Ability, is: boolean) => {
      if (is) can.push(ability);
    };
    const keeps = await soon(() => isKept(name));
    add('keeps the key', keeps);
    add('sees GLPI', await soon(async () => (await statusOf(name))?.glpi.running === true));
    await namespace.execute(name, 'glpi', ['rm', '-f', KEY]);
    add('tells in events', await soon(() => hasToldOf(name)));
    add('hears of a change', keeps && (await hearsEachTime(name)));
    // It takes the lease first, also where there is nothing to do.
    const alone = await namespace.execute(name, 'keykeeper', command('vault', 'reencrypt', '--plain'));
    add('writes alone', alone.exitCode === 0);
    const previous = await namespace.logs(name, 'keykeeper', ['--previous']);
    const said = `${previous}${await namespace.logs(name, 'keykeeper')}${JSON.stringify(await statusOf(name))}`;
    return { can, said };
  }

  /**
   * Whether what is taken out of the vault is put back each time: once may be the pass that follows on the deleted key,
   * which comes late on a busy machine.
   */
  async function hearsEachTime(name: string): Promise<boolean> {
    for (let times = 3; times > 0; times -= 1) {
      await namespace.kubectl(['patch', 'secret', `${name}-vault`, '--type=merge', '--patch', '{"data":null}']);
      if (!(await soon(() => isKept(name)))) return false;
    }
    return true;
  }

  async function isKept(name: string): Promise<boolean> {
    const { data = {} } = await namespace.get<V1Secret>({ kind: 'secret', name: `${name}-vault` });
    return Object.keys(data).some((each) => each.startsWith('generation-'));
  }

  async function hasToldOf(name: string): Promise<boolean> {
    const events = await namespace.list<CoreV1Event>({ kind: 'events' });
    return events.some(
      ({ source, involvedObject }) => source?.component === 'keykeeper' && involvedObject.name === name,
    );
  }

  /** What the watch says of itself; null where none runs. */
  async function statusOf(name: string): Promise<{ glpi: { running: boolean | null } } | null> {
    const ask = `fetch('http://127.0.0.1:8377/status').then((answer) => answer.text()).then(console.log, () => {})`;
    const { stdout } = await namespace.execute(name, 'keykeeper', [...command().slice(0, 1), '--eval', ask]);
    return stdout.trim() === '' ? null : JSON.parse(stdout);
  }

  it('are each needed for something, and nothing is needed beside them', async () => {
    const rights = await rightsOfChart();
    const named = rights.map(({ resource, verb }) => `${resource} ${verb}`);

    const all = abilities('whole', null);
    const without = rights.map((right) => abilities(`without-${right.resource}-${right.verb}`, right));
    const [whole, ...reduced] = await Promise.all([all, ...without]);

    expect(whole.can.toSorted()).toEqual([...ABILITIES].toSorted());
    expect(whole.said).not.toContain('kubernetes-denied');
    expect(named.toSorted()).toEqual(Object.keys(NEEDED_FOR).toSorted());
    for (const [index, name] of named.entries()) {
      const can = reduced[index]?.can ?? [];
      const lost = ABILITIES.filter((each) => !can.includes(each));
      const needed = NEEDED_FOR[name];
      if (needed === 'keeps the key') expect.soft(lost, `without ${name}`).toContain(needed);
      else expect.soft(lost, `without ${name}`).toEqual([needed]);
    }
  });
});

/** Whether it becomes true within some seconds. */
async function soon(is: () => Promise<boolean>): Promise<boolean> {
  for (let left = TRIES; left > 0; left -= 1) {
    if (await is()) return true;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return false;
}

function runs({ status }: V1Pod, container: string): boolean {
  return (
    status?.containerStatuses?.some(({ name, state }) => name === container && state?.running !== undefined) ?? false
  );
}

function hasEnded({ status }: V1Pod, container: string): boolean {
  const found = status?.initContainerStatuses?.find(({ name }) => name === container);
  return found?.state?.terminated !== undefined || found?.lastState?.terminated !== undefined;
}
