import { Failure } from '../../core/failure.ts';
import { errorNumber } from './classify-error.ts';
import type { RegistrationRead } from './database.ts';
import { readSettings } from './identify.ts';
import type { Row, Session } from './session.ts';

/**
 * Reads the row of the GLPI Network registration key, still sealed, and the uid that goes with it. A schema without
 * GLPI's settings has neither.
 */
export async function readRegistration(session: Session): Promise<RegistrationRead> {
  const rows = await keyRows(session);
  if (rows === null) return { row: 'absent', uid: null };
  const uid = (await readSettings(session, ['glpi_network_uuid'])).get('glpi_network_uuid') ?? null;
  const [found] = rows;
  if (found === undefined) return { row: 'absent', uid };
  const [value] = found;
  if (value === null || value === undefined) return { row: 'null', uid };
  // GLPI stores '' and '0' unsealed: config:set and the form treat both as "none".
  const text = String(value);
  return { row: text === '' || text === '0' ? 'empty' : { value: text }, uid };
}

const NO_SUCH_COLUMN = 1054;
const NO_SUCH_TABLE = 1146;

async function keyRows(session: Session): Promise<readonly Row[] | null> {
  try {
    return await session.rows(
      `SELECT value FROM ${session.table('glpi_configs')} WHERE context = 'core' AND name = 'glpinetwork_registration_key'`,
    );
  } catch (error) {
    const number = error instanceof Failure ? errorNumber(error.cause) : undefined;
    if (number === NO_SUCH_TABLE || number === NO_SUCH_COLUMN) return null;
    throw error;
  }
}
