import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/glpi/database/open-database.ts';
import { type FaultProxy, startFaultProxy } from '../../stand-in/fault-proxy/fault-proxy.ts';
import { databaseTarget } from '../../stand-in/mariadb/database-target.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { sealedSchema } from '../keeper/sealed-schema.ts';
import { placeOf } from './behind-proxy.ts';
import { firstOfEachKind, type PacketKind, type PacketPlace } from './mysql-stream.ts';

const KINDS: readonly PacketKind[] = [
  'greeting',
  'login answer',
  'OK packet',
  'result set header',
  'column',
  'row',
  'end of rows',
];

describe.skipIf(!(await available('mariadb')))('a pass over the database that is cut', () => {
  let mariadb: Mariadb;
  let schema: string;
  let proxy: FaultProxy;
  let places: Map<PacketKind, PacketPlace>;

  beforeAll(async () => {
    mariadb = await startMariadb();
    schema = await sealedSchema(mariadb, randomBytes(32));
    await using whole = await startFaultProxy(placeOf(mariadb));
    expect(await pass(whole)).toBe('read');
    places = firstOfEachKind(whole.passed[0] ?? []);
  });
  beforeEach(async () => {
    proxy = await startFaultProxy(placeOf(mariadb));
  });
  afterEach(() => proxy[Symbol.asyncDispose]());
  afterAll(() => mariadb.stop());

  /** How a pass ends that goes through this proxy. */
  async function pass({ port }: FaultProxy): Promise<string> {
    const target = { ...databaseTarget(mariadb, schema), hosts: [`127.0.0.1:${port}`] };
    const opened = await openDatabase(target, { connectTimeout: 20_000, queryTimeout: 20_000 });
    if (opened.kind === 'unreachable') return `unreachable: ${opened.reason}`;
    await using database = opened.database;
    try {
      await database.identify();
      const { values } = await database.readValues('full');
      return values.length > 0 ? 'read' : 'nothing read';
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    }
  }

  it.each(KINDS.flatMap((kind) => (['end', 'reset'] as const).map((how) => [kind, how] as const)))(
    'inside the %s (%s) ends there, with one connection, and the next pass reads all',
    async (kind, how) => {
      const { offset, length } = places.get(kind) ?? { offset: 0, length: 0 };
      expect(length, `there is a ${kind}`).toBeGreaterThan(0);

      for (const within of [0, 2, 4 + Math.floor((length - 4) / 2), length - 1]) {
        proxy.forget();
        proxy.suffer({ break: { how, after: offset + within } });
        expect(await pass(proxy), `after ${within} of ${length} bytes`).toMatch(/^(unreachable: lost|database-lost)$/);
        expect(proxy.connections).toBe(1);
      }

      proxy.heal();
      expect(await pass(proxy)).toBe('read');
      await expect.poll(() => proxy.open).toBe(0);
    },
  );

  it('inside the answer to the greeting leaves the server with half a login, and is told', async () => {
    proxy.suffer({ break: { how: 'end', direction: 'to-server', after: 20 } });

    expect(await pass(proxy)).toBe('unreachable: lost');
  });

  it('by nothing, and only slow, reads all', async () => {
    proxy.suffer({ delay: 5 });

    expect(await pass(proxy)).toBe('read');
  });
});
