import type { RegistrationRow } from './database.ts';
import { readSettings } from './identify.ts';
import type { Session } from './session.ts';

/** Reads the row of the GLPI Network registration key, still sealed, and the uid that goes with it. */
export async function readRegistration(session: Session): Promise<RegistrationRow> {
  const [found] = await session.rows(
    `SELECT value FROM ${session.table('glpi_configs')} WHERE context = 'core' AND name = 'glpinetwork_registration_key'`,
  );
  const uid = (await readSettings(session, ['glpi_network_uuid'])).get('glpi_network_uuid') ?? null;
  if (found === undefined) return { row: 'absent', uid };
  const [value] = found;
  if (value === null || value === undefined) return { row: 'null', uid };
  // GLPI stores '' and '0' unsealed: config:set and the form treat both as "none".
  const text = String(value);
  return { row: text === '' || text === '0' ? 'empty' : { value: text }, uid };
}
