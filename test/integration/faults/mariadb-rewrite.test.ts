import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { newRotation } from '../../../src/keeper/new-rotation.ts';
import type { Reconciliation } from '../../../src/keeper/reconciliation.ts';
import type { Break } from '../../stand-in/fault-proxy/fault.ts';
import { type FaultProxy, startFaultProxy } from '../../stand-in/fault-proxy/fault-proxy.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { type RotateScene, rotateScene } from '../keeper/rotate-scene.ts';
import { behind, placeOf } from './behind-proxy.ts';

const SIGNAL = () => AbortSignal.timeout(60_000);
const UPDATE = ['START TRANSACTION READ WRITE', 'UPDATE'];
const COMMIT = ['START TRANSACTION READ WRITE', 'COMMIT'];
/** An OK packet without a message: a header of 4 bytes, then 7 (MySQL client/server protocol, "OK_Packet"). */
const OK_PACKET = 11;
const SMTP = 'core/smtp_passwd';

interface Moment {
  readonly name: string;
  readonly breaking: Break;
  /** Whether the server has heard the COMMIT by then. */
  readonly heard: boolean;
  /** Whether its answer came, so that nothing is unknown. */
  readonly answered: boolean;
}

const MOMENTS: readonly Moment[] = [
  moment('at the first UPDATE', { how: 'end', since: UPDATE, direction: 'to-server' }),
  moment('inside the answer to the first UPDATE', { how: 'reset', since: UPDATE, after: 5 }),
  moment('before the COMMIT', { how: 'end', since: COMMIT, direction: 'to-server' }),
  moment('inside the COMMIT', { how: 'end', since: COMMIT, direction: 'to-server', after: 3 }),
  moment('before the answer to the COMMIT', { how: 'end', since: COMMIT }, { heard: true }),
  moment('before the answer to the COMMIT, reset', { how: 'reset', since: COMMIT }, { heard: true }),
  moment('inside the answer to the COMMIT', { how: 'end', since: COMMIT, after: 6 }, { heard: true }),
  moment(
    'after the answer to the COMMIT',
    { how: 'end', since: COMMIT, after: OK_PACKET },
    { heard: true, answered: true },
  ),
];

function moment(name: string, breaking: Break, server: Partial<Moment> = {}): Moment {
  return { name, breaking, heard: false, answered: false, ...server };
}

describe.skipIf(!(await available('mariadb')))('rows that are rewritten over a connection that breaks', () => {
  let mariadb: Mariadb;
  let proxy: FaultProxy;

  beforeAll(async () => {
    mariadb = await startMariadb();
    proxy = await startFaultProxy(placeOf(mariadb));
  });

  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await mariadb.stop();
  });

  /** An instance whose way to the database leads through the proxy, captured. */
  async function openScene(): Promise<RotateScene> {
    proxy.heal();
    const scene = await rotateScene(behind(proxy, mariadb), '11.0.6', ['glpi_mailcollectors', 'glpi_users']);
    await scene.save('a password', scene.key);
    await scene.instance.keeper('gate').reconcile(SIGNAL());
    return scene;
  }

  it.each(MOMENTS)('$name: a rotation whose next run makes rows and file agree', async (broken) => {
    await using scene = await openScene();
    const { instance, key } = scene;
    const rotation = newRotation(fingerprintOf(key));
    const asked = { scope: 'rotate', rotation } as const;
    proxy.suffer({ break: broken.breaking });

    const result = await instance.keeper('guard').reconcile(SIGNAL(), { depth: 'full', reason: 'rotate', asked });
    const file = instance.read('glpicrypt.key').equals(key) ? 'old' : 'new';
    const rows = (await scene.lost()).length === 0 ? file : 'of another key';
    proxy.heal();
    const next = await instance.keeper('gate').reconcile(SIGNAL());

    expect(lostTo(result)).toEqual(broken.answered ? [] : ['rotate-key']);
    const unswitched = broken.heard ? ['old', 'of another key'] : ['old', 'old'];
    expect([file, rows]).toEqual(broken.answered ? ['new', 'new'] : unswitched);
    expect(next.after.judgement.verdict).toBe('sound');
    expect(fingerprintOf(instance.read('glpicrypt.key'))).toBe(broken.heard ? rotation.to : rotation.from);
    expect(await scene.lost()).toEqual([]);
    expect(await scene.smtp()).toBe('a password');
  });

  it.each(MOMENTS)('$name: a re-sealing that moved all rows or none, and the next run finishes', async (broken) => {
    await using scene = await openScene();
    const { instance } = scene;
    const live = randomBytes(32);
    instance.put('glpicrypt.key', live);
    await scene.save('saved since', live);
    proxy.suffer({ break: broken.breaking });

    const result = await instance.keeper('gate').reconcile(SIGNAL());
    const moved = [...(await scene.opened())].filter(([name]) => name !== SMTP).map(([name, text]) => text === name);
    proxy.heal();
    const next = await instance.keeper('gate').reconcile(SIGNAL());

    expect(lostTo(result)).toEqual(broken.answered ? [] : ['reseal-values']);
    expect(new Set(moved)).toEqual(new Set([broken.heard]));
    expect(next.after.judgement.verdict).toBe('sound');
    expect(instance.read('glpicrypt.key')).toEqual(live);
    expect([...(await scene.opened())].filter(([name, text]) => name !== SMTP && text !== name)).toEqual([]);
    expect(await scene.smtp()).toBe('saved since');
  });
});

/** What was not done because the connection broke. */
function lostTo({ reports, findings }: Reconciliation): string[] {
  if (!findings.some(({ code }) => code === 'database-lost')) return [];
  return reports.filter(({ done }) => !done).map(({ action }) => action);
}
