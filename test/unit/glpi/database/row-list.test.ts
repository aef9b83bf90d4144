import { describe, expect, it } from 'vitest';
import { listingOf, takesValues } from '../../../../src/glpi/database/row-list.ts';

const serverOf = (version: string) => ({ rows: async () => [[version]] });

describe('a list of rows in one statement', () => {
  it.each([
    ['10.11.18-MariaDB-0+deb12u1', true],
    ['5.5.5-10.3.3-MariaDB', true],
    ['11.4.2-MariaDB-ubu2404-log', true],
    ['10.3.2-MariaDB', false],
    ['10.2.44-MariaDB', false],
    ['8.4.3', false],
    ['8.0.11-TiDB-v7.5.0', false],
    ['', false],
  ])('is made of VALUES where the server says %s: %s', (version, values) => {
    expect(takesValues(version)).toBe(values);
  });

  it.each(['10.11.18-MariaDB', '8.4.3'])(
    'has as many placeholders as there are cells in its rows, on %s',
    async (version) => {
      const { list, rows } = await listingOf(serverOf(version));

      for (const count of [1, 2, rows]) expect(list(count).match(/\?/g)).toHaveLength(3 * count);
    },
  );
});
