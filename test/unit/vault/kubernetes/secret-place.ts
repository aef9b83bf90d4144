import { type ApiClient, openApiClient } from '../../../../src/kubernetes/api-client.ts';
import {
  type KubernetesVaultSettings,
  openKubernetesVault,
} from '../../../../src/vault/kubernetes/open-kubernetes-vault.ts';
import { type SecretSession, secretSession } from '../../../../src/vault/kubernetes/secret-session.ts';
import type { Vault } from '../../../../src/vault/vault.ts';
import { type ApiDouble, startApiDouble } from '../../../stand-in/kubernetes/api-double.ts';
import { connectTo, QUICK } from '../../../stand-in/kubernetes/connect.ts';
import type { StoredObject } from '../../../stand-in/kubernetes/object-store.ts';
import type { VaultPlace } from '../contract/vault-place.ts';

export const COLLECTION = '/api/v1/namespaces/glpi/secrets';
export const SECRET = `${COLLECTION}/keys`;
export const LEASE = '/apis/coordination.k8s.io/v1/namespaces/glpi/leases/keys';

/** A Secret in an API server of the tests' own, with as many processes as there are sessions. */
export class SecretPlace implements VaultPlace {
  readonly double: ApiDouble;
  readonly #clients: ApiClient[] = [];

  constructor(double: ApiDouble) {
    this.double = double;
  }

  /** What one process keeps of the vault. */
  session(url = 'kubernetes:///keys'): SecretSession {
    const client = openApiClient(connectTo(this.double.url), QUICK);
    this.#clients.push(client);
    return secretSession(new URL(url), client);
  }

  /** Each opening is another process, unless a session is given. */
  open(options: Partial<KubernetesVaultSettings> = {}, session: SecretSession = this.session()): Promise<Vault> {
    return openKubernetesVault(session, { instance: 'glpi', recipients: [], identity: null, create: true, ...options });
  }

  get secret(): StoredObject {
    return this.double.objects.get(SECRET);
  }

  async entries(): Promise<Map<string, Buffer>> {
    const data = Object.entries((this.secret.data ?? {}) as Record<string, string>);
    return new Map(data.map(([name, text]) => [name, Buffer.from(text, 'base64')]));
  }

  async edit(name: string, bytes: Buffer | null): Promise<void> {
    this.double.objects.patch(SECRET, { data: { [name]: bytes?.toString('base64') ?? null } });
  }

  generationEntry(number: number): string {
    return `generation-${String(number).padStart(6, '0')}.json.gz`;
  }

  recordEntry(name: string): string {
    return `record-${name}.json.gz`;
  }

  isChunk(name: string): boolean {
    return name.startsWith('escrow-');
  }

  readonly packed = true;

  async empty(): Promise<void> {
    this.double.objects.patch(SECRET, { data: null });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client[Symbol.dispose]();
    await this.double.stop();
  }
}

export async function secretPlace(): Promise<SecretPlace> {
  return new SecretPlace(await startApiDouble());
}
