import type { SecuredPlace } from '../../core/secured-place.ts';
import { SECURED_TABLES, type SecuredField, securedFieldsFor } from '../secured-fields.ts';
import { checksumTable } from './checksum-table.ts';
import { type Collection, collectValues } from './collect-values.ts';
import type { ValuesRead } from './database.ts';
import { readSettings } from './identify.ts';
import { listColumns } from './list-columns.ts';
import { fieldsOfPlaces } from './place-fields.ts';
import { probeTables, readTable, sampleTable, type TableProbe } from './read-table.ts';
import { inTransaction, type Session } from './session.ts';
import type { TableMemory } from './table-memory.ts';

/**
 * One pass over the sealed values, in a snapshot of its own so that it sees one state of the database: all secured rows
 * of `glpi_configs` and every value of each secured table of fewer than 1,000 rows; of larger ones all for `full`, and
 * for `sample` what {@link sampleTable} takes. Values of plugins, whose secured fields nobody but the plugin knows, are
 * taken where they have a sealed value's shape.
 *
 * @param memory of readings before, of which a table that has not changed since is taken
 */
export async function readValues(
  session: Session,
  want: 'sample' | 'full',
  places: readonly SecuredPlace[],
  memory: TableMemory | null = null,
): Promise<ValuesRead> {
  return await inTransaction(session, 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY', () =>
    readPass(session, want, places, memory),
  );
}

/** What a pass reads: what this version of GLPI seals, what plugins may, and the places that a deep search found. */
export async function knownFields(session: Session, places: readonly SecuredPlace[]): Promise<SecuredField[]> {
  return await fieldsAmong(session, await columnsOf(session, places), places);
}

async function columnsOf(session: Session, places: readonly SecuredPlace[]) {
  return await listColumns(session, [...SECURED_TABLES, ...places.map(({ table }) => table)]);
}

async function fieldsAmong(
  session: Session,
  columns: ReadonlyMap<string, ReadonlySet<string>>,
  places: readonly SecuredPlace[],
): Promise<SecuredField[]> {
  const settings = await readSettings(session, ['version', 'dbversion']);
  const fields = securedFieldsFor(settings.get('version') ?? settings.get('dbversion') ?? null, columns);
  return [...fields, ...fieldsOfPlaces(places, fields, columns)];
}

async function readPass(
  session: Session,
  want: 'sample' | 'full',
  places: readonly SecuredPlace[],
  memory: TableMemory | null,
): Promise<ValuesRead> {
  const columns = await columnsOf(session, places);
  const collection = collectValues();
  const configs = columns.get('glpi_configs');
  if (!['id', 'context', 'name', 'value'].every((column) => configs?.has(column))) {
    return { ...collection.finish(), coverage: 'full' };
  }
  const fields = await fieldsAmong(session, columns, places);
  await readConfigs(session, fields, collection);
  const tables = new Map<string, SecuredField[]>();
  for (const field of fields) {
    if (field.table === 'glpi_configs' || !columns.get(field.table)?.has('id')) continue;
    tables.set(field.table, [...(tables.get(field.table) ?? []), field]);
  }
  let coverage: 'sample' | 'full' = 'full';
  for (const probe of await probeTables(session, [...tables.keys()])) {
    const tableFields = tables.get(probe.table) ?? [];
    if (want === 'sample' && probe.large) {
      coverage = 'sample';
      await sampleTable(session, probe, tableFields, collection);
      continue;
    }
    await readWhole(session, probe, tableFields, collection, memory);
  }
  return { ...collection.finish(), coverage };
}

/** A large table that was read before is read again only where the server says that it has changed. */
async function readWhole(
  session: Session,
  { table, large }: TableProbe,
  fields: readonly SecuredField[],
  collection: Collection,
  memory: TableMemory | null,
): Promise<void> {
  if (!large || memory === null) return await readTable(session, table, fields, collection);
  const name = JSON.stringify([session.address, session.table(table), fields]);
  const checksum = await checksumTable(session, table, fields);
  const read = async () => {
    const alone = collectValues();
    await readTable(session, table, fields, alone);
    return alone.finish();
  };
  collection.take(await memory.of(name, checksum, read));
}

async function readConfigs(session: Session, fields: readonly SecuredField[], collection: Collection): Promise<void> {
  const secured = fields.filter(({ table }) => table === 'glpi_configs');
  const conditions: string[] = [];
  const values: (string | string[])[] = [];
  for (const { context, contextPrefix, names } of secured) {
    conditions.push(
      `(context ${contextPrefix === undefined ? '= ?' : 'LIKE ?'}${names === undefined ? '' : ' AND name IN (?)'})`,
    );
    values.push(contextPrefix === undefined ? (context ?? '') : `${contextPrefix}%`);
    if (names !== undefined) values.push([...names]);
  }
  const rows = await session.rows(
    `SELECT id, context, name, value FROM ${session.table('glpi_configs')} WHERE ${conditions.join(' OR ')} ORDER BY id`,
    values,
  );
  for (const [id, context, name, value] of rows) {
    const row = { context: String(context ?? ''), name: String(name ?? '') };
    for (const field of governing(secured, row)) collection.add(field, Number(id), value ?? null, row);
  }
}

/** The first field for the whole value, and the first for each member of the JSON in it. */
function governing(fields: readonly SecuredField[], row: { context: string; name: string }): SecuredField[] {
  const found = new Map<string | undefined, SecuredField>();
  for (const field of fields) {
    if (governs(field, row) && !found.has(field.jsonPath)) found.set(field.jsonPath, field);
  }
  return [...found.values()];
}

/** Whether a field of `glpi_configs` stands for this row. */
export function governs(
  { context, contextPrefix, names }: SecuredField,
  row: { context: string; name: string },
): boolean {
  if (names !== undefined && !names.includes(row.name)) return false;
  return contextPrefix === undefined ? row.context === context : row.context.startsWith(contextPrefix);
}
