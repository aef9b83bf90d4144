import { counts } from '../core/tally.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import { formatTable } from '../report/format-table.ts';
import type { Style } from '../report/style.ts';

/** One column of the table: `details.values` of the JSON document. */
export interface RotatedTable {
  /** `glpi_users.api_token`. */
  readonly place: string;
  /** Values that a known key opens: they move. */
  readonly moved: number;
  /** Values that no known key opens: they stay as they are. */
  readonly dead: number;
}

/** How many values a rotation moves, and how many it leaves, by table and column. */
export function movedTables({ after }: Reconciliation): RotatedTable[] {
  const { database } = after.pass.observation;
  if (database.kind !== 'answers') return [];
  const tables = new Map<string, { moved: number; dead: number }>();
  for (const value of database.values) {
    const opens = value.opens.length > 0;
    if (!counts(value)) continue;
    const place = `${value.reference.table}.${value.reference.column}`;
    const counted = tables.get(place) ?? { moved: 0, dead: 0 };
    if (opens) counted.moved += 1;
    else counted.dead += 1;
    tables.set(place, counted);
  }
  return [...tables].map(([place, counted]) => ({ place, ...counted }));
}

/** The table for people; '' where there is nothing to tell. */
export function rotationTable(tables: readonly RotatedTable[], style: Style): string {
  if (tables.length === 0) return '';
  const head = ['values in', 'move', 'stay: no known key opens them'].map((each) => style.quiet(each));
  const rows = tables.map(({ place, moved, dead }) => [
    place,
    String(moved),
    dead === 0 ? '' : style.caution(`${dead}`),
  ]);
  return formatTable([head, ...rows]);
}
