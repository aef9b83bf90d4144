/** Where one object of the Kubernetes API stands. */
export interface ObjectPlace {
  /** `''` is the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case, as paths and Roles have it: `secrets`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch';

/** `secrets/glpi-keys in namespace glpi`, for people. */
export function showPlace({ resource, namespace, name }: ObjectPlace): string {
  return `${resource}/${name} in namespace ${namespace}`;
}

/** Path of the collection: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris */
export function collectionPath({ group, version, resource, namespace }: ObjectPlace): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}/namespaces/${encodeURIComponent(namespace)}/${resource}`;
}

export function objectPath(place: ObjectPlace): string {
  return `${collectionPath(place)}/${encodeURIComponent(place.name)}`;
}

/**
 * The rule of a Role that would allow it, as one line of YAML. `create` cannot be restricted by name, for the name is not
 * known when it is decided (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources).
 */
export function roleRule({ group, resource, name }: ObjectPlace, verb: Verb): string {
  const names = verb === 'create' ? '' : `, resourceNames: ["${name}"]`;
  return `{apiGroups: ["${group}"], resources: ["${resource}"]${names}, verbs: ["${verb}"]}`;
}
