import type { KubernetesObject, V1PolicyRule, V1Role } from '@kubernetes/client-node';

const CORE = '';
const COORDINATION = 'coordination.k8s.io';

/** An empty Secret and a Lease for a vault, and who may use them: a service account of the vault's name. */
export function vaultObjects(name: string): KubernetesObject[] {
  const metadata = { name };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    roleOf(name),
    bindingOf(name),
    { apiVersion: 'v1', kind: 'Secret', metadata },
    { apiVersion: `${COORDINATION}/v1`, kind: 'Lease', metadata },
  ];
}

/** The whole set of rights that Keykeeper uses on its vault and its own pod. */
export function roleOf(name: string): V1Role {
  const named = { resourceNames: [name] };
  const rules: V1PolicyRule[] = [
    { apiGroups: [CORE], resources: ['secrets'], ...named, verbs: ['get', 'list', 'watch', 'update', 'patch'] },
    { apiGroups: [COORDINATION], resources: ['leases'], ...named, verbs: ['get', 'update'] },
    { apiGroups: [CORE], resources: ['pods'], verbs: ['get'] },
    { apiGroups: [CORE], resources: ['events'], verbs: ['create'] },
  ];
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name }, rules };
}

function bindingOf(name: string): KubernetesObject {
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name }],
  };
  return binding;
}
