import type { ApiClient } from '../../kubernetes/api-client.ts';
import type { ObjectPlace } from '../../kubernetes/object-place.ts';
import type { DecodedEntries } from './drawer-generations.ts';
import type { SecretState } from './secret-store.ts';

/** What a process keeps of a vault in a Secret while it opens it again and again. */
export interface SecretSession extends Disposable {
  readonly url: string;
  readonly client: ApiClient;
  readonly secret: ObjectPlace;
  readonly lease: ObjectPlace;
  readonly decoded: DecodedEntries;
  /** The Secret as it was last seen whole and ours: out of it comes back what somebody deletes. */
  seen: SecretState | null;
}

/**
 * @param url `kubernetes://namespace/name`; without a namespace that of this pod
 * @param client of the cluster; its connection knows the pod's own namespace
 */
export function secretSession(url: URL, client: ApiClient): SecretSession {
  const namespace = url.hostname || client.connection.namespace || 'default';
  const name = url.pathname.slice(1);
  return {
    url: url.href,
    client,
    secret: { group: '', version: 'v1', resource: 'secrets', namespace, name },
    lease: { group: 'coordination.k8s.io', version: 'v1', resource: 'leases', namespace, name },
    decoded: new Map(),
    seen: null,
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}
