import type { Identification } from './database.ts';
import { quoted, type Session } from './session.ts';

/** Every GLPI since 9.5 has them; in the order of a dump they come after its settings. */
const LATE_TABLES = ['glpi_mailcollectors', 'glpi_users'];

/**
 * Asks the database what it is. A `glpi_configs` of other columns than GLPI's since 0.84 (`context`, `name`, `value`)
 * says no version.
 */
export async function identify(session: Session): Promise<Identification> {
  const { address, schema } = session;
  const nameless = { address, schema, instanceUuid: null, glpiNetworkUuid: null };
  const tables = await session.rows(`SHOW TABLES FROM ${quoted(schema)} LIKE 'glpi\\_%'`);
  const glpi = tables.some(([name]) => name === 'glpi_configs');
  if (!glpi || !(await hasSettings(session))) {
    return { identity: nameless, glpi, partial: tables.length > 0, version: null };
  }
  const settings = await readSettings(session, ['version', 'dbversion', 'instance_uuid', 'glpi_network_uuid']);
  const version = versionIn(settings);
  const missing = LATE_TABLES.some((name) => !tables.some(([found]) => found === name));
  const identity = {
    address,
    schema,
    instanceUuid: settings.get('instance_uuid') ?? null,
    glpiNetworkUuid: settings.get('glpi_network_uuid') ?? null,
  };
  return { identity, glpi, partial: version === null || missing, version };
}

/** What is no version is what an installation puts in first (`FILLED AT INSTALL`, install/empty_data.php of 9.5 to 11.0). */
function versionIn(settings: ReadonlyMap<string, string>): string | null {
  const version = settings.get('version') ?? settings.get('dbversion')?.replace(/@.*/, '');
  return version !== undefined && /^\d+\.\d/.test(version) ? version : null;
}

async function hasSettings(session: Session): Promise<boolean> {
  const columns = await session.rows(`SHOW COLUMNS FROM ${session.table('glpi_configs')}`);
  const names = new Set(columns.map(([name]) => name));
  return ['context', 'name', 'value'].every((name) => names.has(name));
}

/** Settings of GLPI's core by name; those that are absent, NULL or blank are left out. */
export async function readSettings(session: Session, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await session.rows(
    `SELECT name, value FROM ${session.table('glpi_configs')} WHERE context = 'core' AND name IN (?)`,
    [[...names]],
  );
  const settings = new Map<string, string>();
  for (const [name, value] of rows) {
    const text = String(value ?? '').trim();
    if (text !== '') settings.set(String(name), text);
  }
  return settings;
}
