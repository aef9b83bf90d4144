import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import { API_TIMINGS, type ApiClient, refusalOf } from '../../src/kubernetes/api-client.ts';
import type { ObjectPlace } from '../../src/kubernetes/object-place.ts';
import { readLines } from '../../src/kubernetes/read-lines.ts';
import { pongFrame, readMessages } from '../../src/kubernetes/web-socket-frames.ts';
import { findGlpi } from '../../src/platform/kubernetes/find-glpi.ts';
import { readPod } from '../../src/platform/kubernetes/pod.ts';
import { acquireLease } from '../../src/vault/kubernetes/lease.ts';
import { SecretDrawers } from '../../src/vault/kubernetes/secret-drawers.ts';
import { secretSession } from '../../src/vault/kubernetes/secret-session.ts';
import { RECORD_NAMES } from '../../src/vault/vault.ts';
import { type FuzzTarget, inPieces, jsonSeed, parseLoosely, plain, vaultFiles } from './fuzz-target.ts';

const METADATA = { name: 'glpi-keys', uid: '8c4b', resourceVersion: '17', labels: { app: 'glpi' } };
const POD = {
  metadata: { name: 'glpi-0', uid: '8c4b' },
  spec: {
    containers: [
      { name: 'glpi', volumeMounts: [{ name: 'config', mountPath: '/var/glpi/config', subPath: 'a' }] },
      { name: 'keykeeper', volumeMounts: [{ name: 'config', mountPath: '/glpi' }], env: [{ name: 'A', value: 'b' }] },
    ],
    initContainers: [{ name: 'wait', restartPolicy: 'Always' }],
  },
  status: { containerStatuses: [{ name: 'glpi', ready: true, state: { running: { startedAt: null } } }] },
};

/** What the Kubernetes API answers. */
export const CLUSTER_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'pods of Kubernetes',
    seeds: () => [jsonSeed(POD)],
    tokens: ['"containers":[]', '"status":null', '"volumeMounts":', '"mountPath":"/../.."', '"subPath":"//"'],
    read: (input) => {
      const pod = refusingShapes(() => readPod(parseLoosely(input)));
      for (const own of ['keykeeper', null]) {
        if (pod !== null) findGlpi({ pod, own, container: null, guardedDirectory: '/glpi' });
      }
    },
  },
  {
    name: 'watch events of Kubernetes',
    seeds: () => [Buffer.from(`${JSON.stringify({ type: 'MODIFIED', object: POD })}\n`.repeat(3))],
    tokens: ['"type":"BOOKMARK"', '"type":"ERROR"', '\n\n', '"object":null'],
    read: async (input) => {
      for await (const line of readLines(inPieces(input))) refusalOf({ status: 410, body: Buffer.from(line) });
    },
  },
  {
    name: 'messages of a WebSocket',
    seeds: () => [Buffer.from([0x82, 3, 1, 97, 98, 0x89, 1, 7, 0x02, 1, 1, 0x80, 1, 99, 0x88, 0])],
    tokens: ['\x82\x7e\xff\xff', '\x82\x7f\0\0\0\0\xff\xff\xff\xff', '\x02\x00', '\x00\x00', '\x80\x00'],
    read: async (input) => {
      try {
        for await (const { kind, bytes } of readMessages(inPieces(input))) {
          if (kind === 'ping') pongFrame(bytes, Buffer.alloc(4, 7));
        }
      } catch (error) {
        // The channel ends with it, and the command counts as failed.
        if (!(error instanceof RangeError)) throw error;
      }
    },
  },
  {
    name: 'Secrets that are a vault',
    seeds: () => [secretSeed()],
    tokens: [
      '"data":{',
      '"data":null',
      '"generation-000001.json.gz":"',
      '"immutable":true',
      '"keykeeper-vault.json":""',
    ],
    read: async (input) => {
      const session = secretSession(new URL('kubernetes://glpi/glpi-keys'), answering(parseLoosely(input)));
      const options = { instance: 'glpi', envelope: plain, create: false, now: () => new Date(0) };
      const { generations, escrow, records } = await new SecretDrawers(session, options).look();
      const { records: found } = await generations.read();
      await escrow.read(found.flatMap((each) => each.escrow.chunks));
      for (const name of RECORD_NAMES) await records.read(name);
    },
  },
  {
    name: 'Leases of Kubernetes',
    seeds: () => [jsonSeed({ metadata: METADATA, spec: { holderIdentity: 'glpi-1', leaseTransitions: 3 } })],
    tokens: ['"holderIdentity":null', '"leaseTransitions":1e999', '"spec":[]'],
    read: async (input) => {
      let now = 0;
      const sleep = async (wait: number, signal: AbortSignal) => {
        await nextTurn(undefined, { signal });
        now += wait;
      };
      const clock = { now: () => now, sleep };
      await using _ = await acquireLease(answering(parseLoosely(input)), PLACE, AbortSignal.timeout(5_000), clock);
    },
  },
];

const PLACE: ObjectPlace = { group: '', version: 'v1', resource: 'leases', namespace: 'glpi', name: 'glpi-keys' };

/** A server that says the same to every question. */
function answering(object: unknown): ApiClient {
  const answer = async () => object;
  const connection = {
    server: 'https://api',
    namespace: 'glpi',
    options: async () => ({}),
    [Symbol.dispose]: () => {},
  };
  const ask = { get: answer, getMetadata: answer, list: answer, create: answer, update: answer, patch: answer };
  return { connection, timings: API_TIMINGS, ...ask, [Symbol.dispose]: () => {} };
}

function secretSeed(): Buffer {
  const packed = (folder: string) => vaultFiles(folder).map((bytes) => gzipSync(bytes).toString('base64'));
  const generations = packed('generations').map((text, index) => [`generation-00000${index % 10}.json.gz`, text]);
  const records = packed('records').map((text, index) => [`record-${RECORD_NAMES[index] ?? 'places'}.json.gz`, text]);
  return jsonSeed({ metadata: METADATA, data: Object.fromEntries([...generations.slice(0, 4), ...records]) });
}

/** Whoever follows an object catches what does not fit its shape. */
function refusingShapes<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof z.core.$ZodError) return null;
    throw error;
  }
}
