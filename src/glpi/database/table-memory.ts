import type { TableReading } from './collect-values.ts';

/** A large table as it was read in full. */
interface Remembered extends TableReading {
  readonly checksum: string;
}

/**
 * What full readings of large tables gave, the last of each. Whether the values have held still is asked several times
 * around every rotation and rescue; the server says so in a few bytes, and a hundred thousand values need not come over
 * the line each time to be the same.
 */
export class TableMemory {
  readonly #tables = new Map<string, Remembered>();

  /**
   * A table's values: remembered where the server's checksum is that of the last reading, else read.
   *
   * @param name of the table, the server and all that is read of it
   */
  async of(name: string, checksum: string | null, read: () => Promise<TableReading>): Promise<TableReading> {
    const known = this.#tables.get(name);
    if (known !== undefined && known.checksum === checksum) return known;
    // Let go first: two readings of a hundred thousand values each would be held at once.
    this.#tables.delete(name);
    const result = await read();
    if (checksum !== null) this.#tables.set(name, { checksum, ...result });
    return result;
  }
}
