import * as z from 'zod/mini';
import type { ApiClient } from '../../kubernetes/api-client.ts';
import { ApiFailure, readAnswer } from '../../kubernetes/api-failure.ts';
import type { ObjectPlace, Verb } from '../../kubernetes/object-place.ts';

/** A Secret as it was read. */
export interface SecretState {
  readonly version: string;
  readonly uid: string;
  readonly immutable: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Decoded. */
  readonly data: ReadonlyMap<string, Buffer>;
}

const metadataShape = z.looseObject({
  uid: z.string(),
  resourceVersion: z.string(),
  labels: z.optional(z.record(z.string(), z.string())),
});
const partialShape = z.looseObject({ metadata: metadataShape });
const secretShape = z.looseObject({
  metadata: metadataShape,
  immutable: z.optional(z.boolean()),
  data: z.optional(z.nullable(z.record(z.string(), z.string()))),
});

/** What tells others whose Secret this is; a label that stands there already (a chart's) is left. */
const LABELS: Readonly<Record<string, string>> = {
  'app.kubernetes.io/name': 'keykeeper',
  'app.kubernetes.io/component': 'vault',
  'app.kubernetes.io/managed-by': 'keykeeper',
};
const ABOUT = 'The keys of GLPI and their history: restore with keykeeper, do not edit.';

/** The one Secret of a vault. Every method rejects with an ApiFailure. */
export interface SecretStore {
  /**
   * @param known what was read before: where the Secret still has that version, only its metadata is fetched
   * @returns null where there is no such Secret
   */
  read(known: SecretState | null): Promise<SecretState | null>;
  /**
   * Makes the Secret with this content, one POST: killed on the way, it is there whole or not at all.
   *
   * @returns null where somebody else made one
   */
  create(data: ReadonlyMap<string, Buffer>, instance: string): Promise<SecretState | null>;
  /**
   * Changes entries if the Secret is still the version that `state` is of: one PATCH, which the API server does whole or
   * not at all. It touches no entry, label or annotation that it does not name.
   *
   * @returns null where somebody else changed it
   */
  change(
    state: SecretState,
    changes: ReadonlyMap<string, Buffer | null>,
    instance: string,
  ): Promise<SecretState | null>;
}

export function createSecretStore(client: ApiClient, place: ObjectPlace): SecretStore {
  async function read(known: SecretState | null): Promise<SecretState | null> {
    try {
      if (known !== null && (await isStill(known))) return known;
      return stateOf(await client.get(place), place, 'get');
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 404) return null;
      throw error;
    }
  }

  async function isStill(known: SecretState): Promise<boolean> {
    const { metadata } = readAnswer(partialShape, await client.getMetadata(place), place, 'get');
    return metadata.uid === known.uid && metadata.resourceVersion === known.version;
  }

  return {
    read,
    create: (data, instance) =>
      orNullOn(409, async () => {
        const metadata = { name: place.name, namespace: place.namespace, labels: LABELS, annotations: about(instance) };
        const object = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: encodeAll(data) };
        return stateOf(await client.create(place, object), place, 'create');
      }),
    change: (state, changes, instance) =>
      orNullOn(409, async () => {
        const labels = { ...LABELS, ...state.labels };
        const metadata = { resourceVersion: state.version, labels, annotations: about(instance) };
        return stateOf(await client.patch(place, { metadata, data: encodeAll(changes) }), place, 'patch');
      }),
  };
}

/** A Secret out of the API's JSON. @throws ApiFailure where it is none */
export function stateOf(object: unknown, place: ObjectPlace, verb: Verb): SecretState {
  const { metadata, immutable = false, data } = readAnswer(secretShape, object, place, verb);
  const decoded = Object.entries(data ?? {}).map(([name, text]) => [name, Buffer.from(text, 'base64')] as const);
  const { uid, resourceVersion: version, labels = {} } = metadata;
  return { version, uid, immutable, labels, data: new Map(decoded) };
}

function about(instance: string): Record<string, string> {
  return { 'keykeeper/about': ABOUT, 'keykeeper/instance': instance };
}

function encodeAll(data: ReadonlyMap<string, Buffer | null>): Record<string, string | null> {
  return Object.fromEntries([...data].map(([name, bytes]) => [name, bytes?.toString('base64') ?? null]));
}

async function orNullOn<T>(status: number, ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiFailure && error.status === status) return null;
    throw error;
  }
}
