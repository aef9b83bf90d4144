import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

/** An object as the API holds it. */
export interface StoredObject {
  metadata: { name: string; namespace: string; uid: string; resourceVersion: string; [member: string]: unknown };
  [member: string]: unknown;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly path: string;
  readonly version: number;
  readonly object: StoredObject;
}

/** An answer that is no success: the Status object of the API. */
export class StatusError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** `metadata` that the server alone writes. */
const OWN_MEMBERS = ['uid', 'resourceVersion', 'creationTimestamp'];
/** MaxSecretSize of k8s.io/api/core/v1: over the decoded values of `data`. */
const SECRET_LIMIT = 1024 * 1024;

/**
 * The objects of the double, with etcd's one counter of versions: an update whose `resourceVersion` is not the object's is
 * refused (409 `Conflict`), one that changes nothing makes no version, a deleted object leaves an event. Paths are those of
 * the API: `/api/v1/namespaces/NAMESPACE/secrets/NAME`.
 */
export class ObjectStore {
  readonly #objects = new Map<string, StoredObject>();
  readonly #events: WatchEvent[] = [];
  readonly #listeners = new Set<(event: WatchEvent) => void>();
  #version = 100;
  #compactedAt = 0;

  get version(): number {
    return this.#version;
  }

  get(path: string): StoredObject {
    const found = this.#objects.get(path);
    if (found === undefined) throw new StatusError(404, 'NotFound', `${path} not found`);
    return structuredClone(found);
  }

  list(collection: string): StoredObject[] {
    const found = [...this.#objects].filter(([path]) => collectionOf(path) === collection);
    return found.map(([, object]) => structuredClone(object));
  }

  create(collection: string, body: Record<string, unknown>): StoredObject {
    const given = metadataOf(body);
    const path = `${collection}/${given.name}`;
    if (this.#objects.has(path)) throw new StatusError(409, 'AlreadyExists', `${path} already exists`);
    check(body, null);
    const own = { uid: randomUUID(), creationTimestamp: new Date().toISOString() };
    const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1] ?? '';
    return this.#put('ADDED', path, { ...body, metadata: { ...given, namespace, ...own } });
  }

  replace(path: string, body: Record<string, unknown>): StoredObject {
    const old = this.get(path);
    const given = metadataOf(body);
    const conflict = given.resourceVersion !== undefined && given.resourceVersion !== old.metadata.resourceVersion;
    if (conflict || (given.uid !== undefined && given.uid !== old.metadata.uid)) {
      throw new StatusError(409, 'Conflict', `the object has been modified: ${path}`);
    }
    check(body, old);
    const kept = Object.fromEntries(OWN_MEMBERS.map((name) => [name, old.metadata[name]]));
    const next = { ...body, metadata: { ...given, namespace: old.metadata.namespace, ...kept } };
    if (isDeepStrictEqual(next, old)) return old;
    return this.#put('MODIFIED', path, next);
  }

  /** RFC 7386. */
  patch(path: string, change: Record<string, unknown>): StoredObject {
    return this.replace(path, merge(this.get(path), change) as Record<string, unknown>);
  }

  delete(path: string): StoredObject {
    const object = this.get(path);
    this.#objects.delete(path);
    this.#tell('DELETED', path, object);
    return object;
  }

  /** Events after `version`. @throws StatusError 410 where they are gone */
  since(version: number): WatchEvent[] {
    if (version < this.#compactedAt) throw new StatusError(410, 'Expired', `too old resource version: ${version}`);
    return this.#events.filter((event) => event.version > version);
  }

  /** Forgets what happened until now, as etcd does every five minutes. */
  compact(): void {
    this.#version += 1;
    this.#compactedAt = this.#version;
    this.#events.length = 0;
  }

  listen(listener: (event: WatchEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #put(type: WatchEvent['type'], path: string, body: Record<string, unknown>): StoredObject {
    const object = structuredClone(body) as unknown as StoredObject;
    this.#objects.set(path, object);
    return this.#tell(type, path, object);
  }

  #tell(type: WatchEvent['type'], path: string, object: StoredObject): StoredObject {
    this.#version += 1;
    object.metadata.resourceVersion = String(this.#version);
    const event = { type, path, version: this.#version, object: structuredClone(object) };
    this.#events.push(event);
    for (const listener of this.#listeners) listener(event);
    return structuredClone(object);
  }
}

export function collectionOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function metadataOf(body: Record<string, unknown>): Record<string, unknown> & { name: string } {
  const { metadata } = body;
  if (typeof metadata === 'object' && metadata !== null && 'name' in metadata && typeof metadata.name === 'string') {
    return { ...metadata, name: metadata.name };
  }
  throw new StatusError(422, 'Invalid', 'metadata.name: Required value');
}

/** ValidateSecret and ValidateSecretUpdate of k8s.io/kubernetes/pkg/apis/core/validation. */
function check(body: Record<string, unknown>, old: StoredObject | null): void {
  const data = Object.entries((body.data ?? {}) as Record<string, string>);
  let size = 0;
  for (const [name, value] of data) {
    if (!/^[-._a-zA-Z0-9]{1,253}$/.test(name)) throw new StatusError(422, 'Invalid', `data[${name}]: Invalid value`);
    size += Buffer.from(value, 'base64').length;
  }
  if (size > SECRET_LIMIT)
    throw new StatusError(422, 'Invalid', `data: Too long: may not be more than ${SECRET_LIMIT} bytes`);
  if (old?.immutable !== true) return;
  const changed = body.immutable !== true || !isDeepStrictEqual(body.data ?? {}, old.data ?? {});
  if (changed) throw new StatusError(422, 'Invalid', 'data: Forbidden: field is immutable when `immutable` is set');
}

function merge(target: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change;
  const result: Record<string, unknown> = { ...(typeof target === 'object' ? target : {}) };
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete result[name];
    else result[name] = merge(result[name], value);
  }
  return result;
}
