import type { V1ConfigMap, V1Lease, V1PersistentVolumeClaim, V1Secret } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { available } from '../../stand-in/require.ts';
import { Namespace } from '../harness/namespace.ts';
import { CHART, FIRST_CHART, helm } from './helm.ts';

/** As Keykeeper fills it: data, and marks of its own on the Secret. */
const KEPT = { data: { 'generation-000001': 'a2V5' }, metadata: { labels: { 'keykeeper/instance': 'glpi' } } };

describe.skipIf(!(await available('kubernetes')))('the vault of an installed chart', () => {
  let namespace: Namespace;
  beforeAll(async () => {
    namespace = await Namespace.open('upgrade');
  });
  afterAll(async () => {
    await namespace?.[Symbol.asyncDispose]();
  });

  function inNamespace(args: readonly string[], values: object = {}): Promise<string> {
    return helm([...args, '--namespace', namespace.name], values);
  }

  async function vault(
    release: string,
  ): Promise<{ data: unknown; label: string | undefined; uid: string | undefined }> {
    const { data, metadata } = await namespace.get<V1Secret>({ kind: 'secret', name: `${release}-keykeeper-vault` });
    return { data, label: metadata?.labels?.['keykeeper/instance'], uid: metadata?.uid };
  }

  /** A release whose vault is in use. */
  async function used(release: string, chart: string): ReturnType<typeof vault> {
    const name = `${release}-keykeeper-vault`;
    await inNamespace(['install', release, chart]);
    await namespace.kubectl(['patch', 'secret', name, '--patch', JSON.stringify(KEPT)]);
    await namespace.kubectl(['patch', 'lease', name, '--patch', '{"spec":{"holderIdentity":"glpi-0"}}']);
    return vault(release);
  }

  it('keeps the keys when the first version is upgraded, rolled back, and uninstalled', async () => {
    const before = await used('first', FIRST_CHART);

    await inNamespace(['upgrade', 'first', CHART], { settings: { instance: 'helpdesk' } });
    const upgraded = await vault('first');
    const config = await namespace.get<V1ConfigMap>({ kind: 'configmap', name: 'first-keykeeper-config' });
    const lease = await namespace.get<V1Lease>({ kind: 'lease', name: 'first-keykeeper-vault' });
    await helm(['rollback', 'first', '1', '--namespace', namespace.name]);
    const rolledBack = await vault('first');
    const said = await helm(['uninstall', 'first', '--namespace', namespace.name]);
    const uninstalled = await vault('first');

    expect(before).toMatchObject({ data: KEPT.data, label: 'glpi' });
    expect([upgraded, rolledBack, uninstalled]).toEqual([before, before, before]);
    expect(config.data).toMatchObject({ KEYKEEPER_INSTANCE: 'helpdesk' });
    expect(lease.spec?.holderIdentity).toBe('glpi-0');
    expect(said).toMatch(/kept due to the resource policy.*\[Secret\] first-keykeeper-vault/s);
  });

  it('takes up again what an uninstalled release left behind', async () => {
    const before = await used('again', CHART);
    await helm(['uninstall', 'again', '--namespace', namespace.name]);

    const notes = await inNamespace(['install', 'again', CHART]);

    expect(await vault('again')).toEqual(before);
    expect(notes).toMatch(/again-keykeeper-vault holds the keys/);
    expect(notes).toMatch(/kept by\nhelm upgrade, rollback and uninstall/);
  });

  it('lets go of the vault without deleting it, and takes it back', async () => {
    const before = await used('loose', CHART);

    await inNamespace(['upgrade', 'loose', CHART], { vault: { create: false } });
    const letGo = await vault('loose');
    await inNamespace(['upgrade', 'loose', CHART], { vault: { create: true } });

    expect([letGo, await vault('loose')]).toEqual([before, before]);
  });

  it('keeps a vault on a claim when it is uninstalled', async () => {
    await inNamespace(['install', 'claimed', CHART], { vault: { kind: 'claim' } });

    await helm(['uninstall', 'claimed', '--namespace', namespace.name]);

    const name = 'claimed-keykeeper-vault';
    const claim = await namespace.get<V1PersistentVolumeClaim>({ kind: 'persistentvolumeclaim', name });
    expect(claim.metadata?.deletionTimestamp).toBeUndefined();
  });
});
