import { placeKey, type SecuredPlace } from '../../core/secured-place.ts';
import type { SecuredField } from '../secured-fields.ts';

/**
 * Remembered places as fields to be read, as far as they are still there. One that GLPI's own list has come to name is
 * left to that list.
 *
 * @param columns the columns that exist, by table
 */
export function fieldsOfPlaces(
  places: readonly SecuredPlace[],
  known: readonly SecuredField[],
  columns: ReadonlyMap<string, ReadonlySet<string>>,
): SecuredField[] {
  const named = new Set(known.map(placeKey));
  return places.flatMap(({ table, column, jsonPath, context, name }) => {
    const there = columns.get(table)?.has(column) === true && columns.get(table)?.has('id') === true;
    const place = { table, column, ...(jsonPath === undefined ? {} : { jsonPath }) };
    if (!there || (table !== 'glpi_configs' && named.has(placeKey(place)))) return [];
    const row = table === 'glpi_configs' ? { context: context ?? '', names: [name ?? ''] } : {};
    return [{ ...place, ...row, class: 'setting', sealedHere: false, shapedOnly: true } as const];
  });
}
