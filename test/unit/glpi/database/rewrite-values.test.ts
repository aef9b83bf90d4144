import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../src/core/failure.ts';
import type { ValueChange } from '../../../../src/glpi/database/database.ts';
import { rewriteValues } from '../../../../src/glpi/database/rewrite-values.ts';
import type { Row, Session } from '../../../../src/glpi/database/session.ts';

/** More than two statements take. */
const ROWS = 2_500;

function changes(): ValueChange[] {
  return Array.from({ length: ROWS }, (_, id) => {
    return { reference: { table: 'glpi_users', column: 'api_token', id }, from: `old ${id}`, to: `new ${id}` };
  });
}

/** A server with one table; of its second UPDATE it makes what the test wants. */
function serverWith(secondUpdate: () => Promise<number>) {
  const statements: string[] = [];
  let updates = 0;
  const session: Session = {
    address: 'db:3306',
    schema: 'glpi',
    table: (name) => name,
    rows: async (sql, values = []): Promise<readonly Row[]> => {
      statements.push(sql.trim().split(/\s/, 1)[0] ?? '');
      if (sql.includes('VERSION()')) return [['10.11.18-MariaDB']];
      if (sql.includes('information_schema')) return [];
      // The answer takes a while, in which whatever was sent behind it may fail.
      await nextTurn();
      await nextTurn();
      const [first, last] = values.map(Number);
      return Array.from({ length: (last ?? 0) - (first ?? 0) + 1 }, (_, index) => {
        return [(first ?? 0) + index, `new ${(first ?? 0) + index}`];
      });
    },
    change: async (sql, values = []) => {
      statements.push(sql.trim().split(/\s/, 1)[0] ?? '');
      if (!sql.startsWith('UPDATE')) return 0;
      updates += 1;
      return updates === 2 ? await secondUpdate() : values.length / 3;
    },
    close: async () => undefined,
  };
  return { session, statements };
}

describe('rewriting many values', () => {
  it('takes them as they are written, a thousand in a statement, and says how many', async () => {
    const { session, statements } = serverWith(async () => 1_000);

    expect(await rewriteValues(session, changes())).toBe(ROWS);

    expect(statements.filter((each) => each === 'UPDATE')).toHaveLength(3);
    expect(statements.at(-1)).toBe('COMMIT');
  });

  it('rolls all back where a statement fails before the one ahead of it is answered, and nobody misses the failure', async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown) => unheard.push(reason);
    process.on('unhandledRejection', hear);
    const lost = new Failure('database-lost', 'lost the database', { target: 'db:3306' });
    const { session, statements } = serverWith(() => Promise.reject(lost));

    const outcome = await rewriteValues(session, changes()).catch((error: unknown) => error);
    await nextTurn();
    process.off('unhandledRejection', hear);

    expect(outcome).toBe(lost);
    expect(unheard).toEqual([]);
    expect(statements.at(-1)).toBe('ROLLBACK');
    expect(statements).not.toContain('COMMIT');
  });

  it('begins no transaction where there is nothing to write', async () => {
    const { session, statements } = serverWith(async () => 0);

    expect(await rewriteValues(session, [])).toBe(0);

    expect(statements).toEqual(['SELECT']);
  });
});
