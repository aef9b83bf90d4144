/**
 * A place that a deep search found to hold sealed values, whatever the plugin: a column, a member of the JSON in it, or
 * one setting of `glpi_configs`. Names only, never a value.
 */
export interface SecuredPlace {
  readonly table: string;
  readonly column: string;
  /** `$.name`: the member of a JSON object that alone is sealed. */
  readonly jsonPath?: string;
  /** Context and name of the row, for `glpi_configs` alone. */
  readonly context?: string;
  readonly name?: string;
}

/** Names a place as a map's key. */
export function placeKey({ table, column, jsonPath, context, name }: SecuredPlace): string {
  return [table, column, jsonPath ?? '', context ?? '', name ?? ''].join('\0');
}

/** More places than any instance has; what a record says beyond is not believed. */
export const MOST_PLACES = 1_000;

/** Places known before and found now, each once, at most {@link MOST_PLACES}. */
export function mergePlaces(known: readonly SecuredPlace[], found: readonly SecuredPlace[]): SecuredPlace[] {
  const all = new Map([...known, ...found].map((each) => [placeKey(each), each]));
  return [...all.values()].slice(0, MOST_PLACES);
}
