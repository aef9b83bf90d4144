import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Break, Flood } from '../../stand-in/fault-proxy/fault.ts';
import { type FaultProxy, type Place, startFaultProxy } from '../../stand-in/fault-proxy/fault-proxy.ts';
import { type ApiDouble, startApiDouble } from '../../stand-in/kubernetes/api-double.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { sealedSchema } from '../keeper/sealed-schema.ts';
import { type Stranger, startStranger } from '../network/question.ts';
import type { Order, Peer, Told } from './ask-peer.ts';
import { placeOf } from './behind-proxy.ts';
import { firstOfEachKind, type PacketKind, type PacketPlace } from './mysql-stream.ts';

const run = promisify(execFile);
/** What a process may need more, in KiB, where an answer has no end: a few times the longest that it takes. */
const MORE = 256 * 1024;
const MIB = 1024 * 1024;

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
/** A body in chunks (RFC 9112, 7.1) that has no end, in which no line ends. */
const BODY: Flood = { first: Buffer.from(HEAD), flood: Buffer.from(`100000\r\n${'a'.repeat(MIB)}\r\n`) };
const INSTEAD = { how: BODY, direction: 'to-server' } as const;

describe.skipIf(!((await available('mariadb')) && (await available('docker'))))('an answer without end', () => {
  let mariadb: Mariadb;
  let double: ApiDouble;
  let relay: Stranger;
  let schema: string;
  let places: Map<PacketKind, PacketPlace>;
  /** What the server says where nothing is wrong, and the most memory that the asker has then, in KiB. */
  let begun: Buffer;
  let calm: number;

  beforeAll(async () => {
    [mariadb, double, relay] = await Promise.all([
      startMariadb(),
      startApiDouble(),
      startStranger((_request, response) => response.end('{"is_valid":true}')),
    ]);
    schema = await sealedSchema(mariadb, randomBytes(32));
    double.objects.create('/api/v1/namespaces/glpi/secrets', { metadata: { name: 'keys' } });
    await using proxy = await startFaultProxy(placeOf(mariadb));
    calm = (await ask('database', proxy)).peak;
    const [pieces = []] = proxy.passed;
    places = firstOfEachKind(pieces);
    begun = Buffer.concat(pieces.filter(({ direction }) => direction === 'to-client').map(({ bytes }) => bytes));
  });

  afterAll(async () => {
    await relay[Symbol.asyncDispose]();
    await double.stop();
    await mariadb.stop();
  });

  async function ask(peer: Peer, { port }: FaultProxy): Promise<Told> {
    const order: Order = { peer, port, password: mariadb.rootPassword, schema };
    const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'ask-peer.ts'), JSON.stringify(order)]);
    return JSON.parse(stdout);
  }

  function placeOfPeer(peer: Peer): Place {
    if (peer === 'database') return placeOf(mariadb);
    if (peer === 'engine' || peer === 'events of the engine') return { path: '/var/run/docker.sock' };
    return { host: '127.0.0.1', port: Number(new URL(peer === 'GLPI Network' ? relay.url : double.url).port) };
  }

  const offsetOf = (kind: PacketKind): number => places.get(kind)?.offset ?? 0;

  it.each<[string, Peer, () => Break, string]>([
    ['login', 'database', () => ({ how: packets(0xffffff), after: offsetOf('login answer') }), 'not-mysql'],
    ['row', 'database', () => ({ how: packets(0xffffff), after: offsetOf('row') }), 'not-mysql'],
    [
      'set of rows',
      'database',
      () => ({ how: smallRows(begun, offsetOf('row')), after: offsetOf('row') }),
      'not-mysql',
    ],
    ['body', 'engine', () => ({ ...INSTEAD, since: ['/json'] }), 'platform-unreachable'],
    ['event', 'events of the engine', () => ({ ...INSTEAD, since: ['/events'] }), 'RangeError'],
    ['body', 'API server', () => ({ ...INSTEAD, since: ['GET '] }), 'kubernetes-unreachable'],
    ['line', 'watch of the API server', () => ({ ...INSTEAD, since: ['watch=true'] }), 'kubernetes-unreachable'],
    ['body', 'GLPI Network', () => ({ ...INSTEAD, since: ['GET '] }), 'answer-too-large'],
  ])('(a %s of the %s) costs no more memory than is meant', async (_, peer, breaking, outcome) => {
    await using proxy = await startFaultProxy(placeOfPeer(peer));
    proxy.suffer({ break: breaking() });

    const flooded = await ask(peer, proxy);

    expect(flooded.outcome).toContain(outcome);
    expect(flooded.peak).toBeLessThan(calm + MORE);
  });
});

/** Packets of the longest kind, one after the other: parts of one that has no end (MySQL internals, "Sending More Than 16Mb"). */
function packets(length: number): Flood {
  const packet = Buffer.alloc(4 + length, 'a');
  packet.writeUIntLE(length, 0, 3);
  return { flood: packet };
}

/** Rows of one NULL each, numbered as the protocol wants it from the packet at this offset on. */
function smallRows(stream: Buffer, offset: number): Flood {
  const first = stream[offset + 3] ?? 0;
  const rows = Array.from({ length: MIB / 256 }, (_, index) => [1, 0, 0, (first + index) & 0xff, 0xfb]);
  return { flood: Buffer.from(rows.flat()) };
}
