import { randomBytes } from 'node:crypto';
import { type ApiClient, openApiClient } from '../../src/kubernetes/api-client.ts';
import { openConnection } from '../../src/kubernetes/open-connection.ts';
import { openKubernetesVault } from '../../src/vault/kubernetes/open-kubernetes-vault.ts';
import { secretSession } from '../../src/vault/kubernetes/secret-session.ts';
import { stateOf } from '../../src/vault/kubernetes/secret-store.ts';
import { systemClock } from '../../src/vault/lease-clock.ts';
import type { OpenOptions, VaultPlace } from '../unit/vault/contract/vault-place.ts';

/** A Secret of its own in a namespace of the real cluster, as a place for the contract of all vaults. */
export async function clusterPlace(namespace: string): Promise<VaultPlace & { readonly name: string }> {
  const name = `keys-${randomBytes(4).toString('hex')}`;
  const url = new URL(`kubernetes://${namespace}/${name}`);
  const clients: ApiClient[] = [];
  const newClient = async (): Promise<ApiClient> => {
    const client = openApiClient(await openConnection());
    clients.push(client);
    return client;
  };
  const hand = await newClient();
  const { secret } = secretSession(url, hand);
  return {
    name,
    packed: true,
    async open(options: OpenOptions = {}) {
      const session = secretSession(url, await newClient());
      const defaults = { instance: 'glpi', recipients: [], identity: null, create: true, clock: systemClock };
      return openKubernetesVault(session, { ...defaults, ...options });
    },
    entries: async () => new Map(stateOf(await hand.get(secret), secret, 'get').data),
    edit: async (entry, bytes) => {
      await hand.patch(secret, { data: { [entry]: bytes?.toString('base64') ?? null } });
    },
    generationEntry: (number) => `generation-${String(number).padStart(6, '0')}.json.gz`,
    recordEntry: (record) => `record-${record}.json.gz`,
    isChunk: (entry) => entry.startsWith('escrow-'),
    async [Symbol.asyncDispose]() {
      for (const client of clients) client[Symbol.dispose]();
    },
  };
}
