import type { DatabaseSource } from '../../core/observation.ts';
import type { Session } from './session.ts';

/**
 * Counts the sessions whose default schema is this one. Ours, and those of every other Keykeeper, have none (see
 * connect.ts), so they are not among them.
 *
 * Without the PROCESS privilege a user sees the sessions of its own name alone. With the settings that GLPI itself uses
 * that is enough; with other settings, seeing none says nothing: null.
 */
export async function otherSessions(session: Session, source: DatabaseSource): Promise<number | null> {
  const [seen] = await session.rows(
    'SELECT COUNT(*) FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()',
    [session.schema],
  );
  const count = Number(seen?.[0] ?? 0);
  if (count > 0 || source !== 'setting') return count;
  return (await seesAll(session)) ? 0 : null;
}

async function seesAll(session: Session): Promise<boolean> {
  const rights = await session.rows(
    "SELECT 1 FROM information_schema.user_privileges WHERE privilege_type = 'PROCESS' LIMIT 1",
  );
  return rights.length > 0;
}
