import { describe, expect, it } from 'vitest';
import { collectValues, type TableReading } from '../../../../src/glpi/database/collect-values.ts';
import { TableMemory } from '../../../../src/glpi/database/table-memory.ts';

/** Readings of a table, each of them another. */
function readings() {
  let read = 0;
  return {
    get count() {
      return read;
    },
    next: async (): Promise<TableReading> => {
      read += 1;
      const collection = collectValues();
      collection.add(
        { table: 'glpi_users', column: 'api_token', class: 'token', sealedHere: true },
        1,
        `token ${read}`,
      );
      return collection.finish();
    },
  };
}

describe('the memory of large tables', () => {
  it('reads a table once as long as its checksum is the same', async () => {
    const [memory, table] = [new TableMemory(), readings()];

    const first = await memory.of('users', 'as before', table.next);
    const second = await memory.of('users', 'as before', table.next);

    expect(table.count).toBe(1);
    expect(second.values).toBe(first.values);
  });

  it.each([
    ['has another checksum', 'users', 'another'],
    ['has none', 'users', null],
    ['is another one', 'configs', 'as before'],
  ])('reads again what %s', async (_, name, checksum) => {
    const [memory, table] = [new TableMemory(), readings()];
    await memory.of('users', 'as before', table.next);

    const second = await memory.of(name, checksum, table.next);

    expect([table.count, second.values.at(0)?.value]).toEqual([2, 'token 2']);
  });
});
